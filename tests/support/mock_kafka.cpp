#include "tests/support/mock_kafka.hpp"

#include <gtest/gtest.h>
// The mock's header needs the other one first.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <mutex>
#include <tuple>
#include <utility>

#include "common/kafka/log_reader.hpp"

namespace metricstream::test {
namespace {

using namespace std::chrono_literals;

rd_kafka_resp_err_t code_of(KafkaError error) { return static_cast<rd_kafka_resp_err_t>(error); }
std::int16_t key_of(KafkaRequest request) { return static_cast<std::int16_t>(request); }

void expect_done(rd_kafka_resp_err_t code, const char* what) {
  EXPECT_EQ(code, RD_KAFKA_RESP_ERR_NO_ERROR) << "mock cluster, " << what << ": " << rd_kafka_err2str(code);
}

// The mock's end often takes a second, which no test has to wait for: they are all awaited when the program ends.
void end_later(rd_kafka_mock_cluster_t* cluster, rd_kafka_t* host) {
  static std::mutex mutex;
  static std::vector<std::future<void>> ending;
  const std::scoped_lock lock(mutex);
  ending.push_back(std::async(std::launch::async, [cluster, host] {
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
  }));
}

}  // namespace

class MockKafka::Impl {
 public:
  explicit Impl(int brokers) : brokers_(brokers) {
    std::array<char, 256> reason{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    // The host is nobody's client: its complaint that it has no brokers would only confuse.
    rd_kafka_conf_set_log_cb(conf, nullptr);
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size());
    cluster_ = rd_kafka_mock_cluster_new(host_, brokers);
  }
  ~Impl() { end_later(cluster_, host_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] rd_kafka_mock_cluster_t* cluster() const { return cluster_; }
  [[nodiscard]] int brokers() const { return brokers_; }

 private:
  const int brokers_;
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

MockKafka::MockKafka(int brokers) : impl_(std::make_unique<Impl>(brokers)) {}
MockKafka::~MockKafka() = default;

std::string MockKafka::brokers() const { return rd_kafka_mock_cluster_bootstraps(impl_->cluster()); }

kafka::ClientSettings MockKafka::client(std::map<std::string, std::string> properties) const {
  kafka::ClientSettings settings;
  settings.brokers = brokers();
  settings.properties = std::move(properties);
  return settings;
}

void MockKafka::create_topic(const std::string& name, int partitions, int replication) {
  expect_done(rd_kafka_mock_topic_create(impl_->cluster(), name.c_str(), partitions, replication), "create topic");
}

void MockKafka::fail_next(KafkaRequest request, std::initializer_list<KafkaError> errors) {
  std::vector<rd_kafka_resp_err_t> codes;
  std::ranges::transform(errors, std::back_inserter(codes), code_of);
  if (impl_->brokers() == 1) {
    // A broker that ever had answers of its own (delay_next) no longer looks at the cluster's.
    for (const rd_kafka_resp_err_t code : codes) {
      expect_done(rd_kafka_mock_broker_push_request_error_rtts(impl_->cluster(), 1, key_of(request), 1, code, 0),
                  "fail a request");
    }
    return;
  }
  rd_kafka_mock_push_request_errors_array(impl_->cluster(), key_of(request), codes.size(), codes.data());
}

void MockKafka::delay_next(int broker, KafkaRequest request, std::initializer_list<DelayedAnswer> answers) {
  for (const DelayedAnswer& answer : answers) {
    expect_done(rd_kafka_mock_broker_push_request_error_rtts(impl_->cluster(), broker, key_of(request), 1,
                                                             code_of(answer.error), answer.milliseconds),
                "delay a request");
  }
}

std::size_t MockKafka::answers_left(int broker, KafkaRequest request) const {
  std::size_t count = 0;
  expect_done(rd_kafka_mock_broker_error_stack_cnt(impl_->cluster(), broker, key_of(request), &count), "count errors");
  return count;
}

void MockKafka::set_topic_error(const std::string& topic, KafkaError error) {
  rd_kafka_mock_topic_set_error(impl_->cluster(), topic.c_str(), code_of(error));
}

void MockKafka::set_leader(const std::string& topic, std::int32_t partition, int broker) {
  expect_done(rd_kafka_mock_partition_set_leader(impl_->cluster(), topic.c_str(), partition, broker), "set leader");
}

void MockKafka::set_group_coordinator(const std::string& group, int broker) {
  expect_done(rd_kafka_mock_coordinator_set(impl_->cluster(), "group", group.c_str(), broker), "set coordinator");
}

void MockKafka::set_down(int broker) { expect_done(rd_kafka_mock_broker_set_down(impl_->cluster(), broker), "down"); }
void MockKafka::set_up(int broker) { expect_done(rd_kafka_mock_broker_set_up(impl_->cluster(), broker), "up"); }

void MockKafka::set_round_trip(int broker, int milliseconds) {
  expect_done(rd_kafka_mock_broker_set_rtt(impl_->cluster(), broker, milliseconds), "set round trip");
}

std::vector<LoggedMessage> MockKafka::read_log(const std::string& topic) const {
  std::vector<LoggedMessage> log;
  const auto reader = kafka::LogReader::create(client(), topic, ignore_log);
  if (!reader) {
    ADD_FAILURE() << reader.error().message;
    return log;
  }
  const auto ranges = (*reader)->ranges(5s);
  if (!ranges) {
    ADD_FAILURE() << ranges.error().message;
    return log;
  }
  const auto done = (*reader)->read(*ranges, 5s, [&log](const kafka::ConsumedMessage& message) {
    log.push_back({message.partition(), message.offset(), std::string(message.key()), std::string(message.payload())});
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
  std::ranges::sort(log, {}, [](const LoggedMessage& message) { return std::tie(message.partition, message.offset); });
  return log;
}

void ignore_log(kafka::LogLevel, std::string_view, std::string_view) {}

}  // namespace metricstream::test
