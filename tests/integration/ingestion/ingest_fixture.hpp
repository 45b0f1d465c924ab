#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/murmur2.hpp"
#include "common/codec/record.hpp"
#include "services/ingestion/app.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mock_kafka.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::ingestion::test {

using metricstream::test::eventually;
using metricstream::test::KafkaError;
using metricstream::test::KafkaRequest;
using metricstream::test::LoggedMessage;
using metricstream::test::MockKafka;
using metricstream::test::post_request;
using metricstream::test::RawHttp;
using metricstream::test::RawResponse;
using namespace std::chrono_literals;

constexpr int kPartitions = 4;
inline const std::string kTopic = "metrics-raw";

// Settings for a test: free ports, no shutdown delay, quiet.
inline IngestSettings settings_for(const std::string& brokers) {
  IngestSettings settings;
  settings.http.listen = "127.0.0.1:0";
  settings.http.threads = 2;
  settings.http.timeouts.shutdown_delay = 0ms;
  settings.admin.listen = "127.0.0.1:0";
  settings.kafka.brokers = {brokers};
  settings.kafka.topic = kTopic;
  settings.kafka.partitions = kPartitions;
  // The tests of limits set their own.
  settings.rate_limits.client = {limits::Quota::unlimited(), limits::Quota::unlimited(), limits::Quota::unlimited()};
  settings.admission.max_delay = 0ms;
  return settings;
}

// The whole service in this process, on a thread of its own.
class RunningApp {
 public:
  explicit RunningApp(const IngestSettings& settings, const Logger& log = Logger::null()) : app_(settings, log) {
    const auto started = app_.start();
    if (!started) throw std::runtime_error(started.error().message);
    port_ = app_.port();
    admin_port_ = app_.admin_port();
    thread_ = std::thread([this] { exit_code_ = app_.run(); });
  }
  ~RunningApp() {
    if (thread_.joinable()) end();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t admin_port() const { return admin_port_; }

  void stop() { app_.stop(); }
  int end() {
    app_.stop();
    return wait();
  }
  int wait() {
    thread_.join();
    return exit_code_;
  }

 private:
  App app_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
  int exit_code_ = -1;
  std::thread thread_;
};

inline bool is_ready(std::uint16_t port) { return RawHttp(port).get("/-/ready").status == 200; }

// A record of the log, decoded; owns the bytes that the views point to.
struct StoredRecord {
  LoggedMessage message;
  std::unique_ptr<Record> record = std::make_unique<Record>();
};

inline std::vector<StoredRecord> stored_records(const MockKafka& kafka) {
  std::vector<StoredRecord> out;
  for (LoggedMessage& message : kafka.read_log(kTopic)) {
    StoredRecord stored{.message = std::move(message)};
    out.push_back(std::move(stored));
  }
  for (StoredRecord& stored : out) {
    const auto decoded = decode_record(stored.message.payload, *stored.record);
    EXPECT_TRUE(decoded.has_value()) << decoded.error().message;
    EXPECT_EQ(stored.record->partitions, kPartitions);
    EXPECT_EQ(stored.message.key, stored.record->client_id);
    EXPECT_EQ(stored.message.partition, partition_for(stored.record->client_id, kPartitions));
  }
  return out;
}

// A mock cluster with the topic, and the service before it, ready.
class IngestTest : public ::testing::Test {
 protected:
  IngestTest() { kafka.create_topic(kTopic, kPartitions); }
  // Before the members of the tests' own fixtures, which the service may still use.
  void TearDown() override { app = nullptr; }

  void start(const IngestSettings& settings, const Logger& log = Logger::null()) {
    app = std::make_unique<RunningApp>(settings, log);
    ASSERT_TRUE(eventually([&] { return is_ready(app->admin_port()); }));
  }
  void start() { start(settings_for(kafka.brokers())); }

  MockKafka kafka{1};
  std::unique_ptr<RunningApp> app;
};

}  // namespace metricstream::ingestion::test
