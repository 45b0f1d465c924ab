#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

// Every bound of config/ingest.yaml as a row: what is seen from outside at it, and one past it. limits_table_test.cpp
// walks the description of the settings, so that a bound without a row fails.
namespace metricstream::ingestion::test {

// The service before a mock cluster of its own.
class LimitBed {
 public:
  LimitBed() { kafka.create_topic(kTopic, kPartitions); }

  // By the name in the file, as the file would; throws where there is no such setting or it cannot have that value.
  void set(const std::string& setting, const std::string& text);
  // With the settings as they are now; ends the one that runs.
  void start();

  [[nodiscard]] std::uint16_t port() const { return app->port(); }
  [[nodiscard]] double metric(std::string_view series) const { return test::metric(app->admin_port(), series); }
  // Waits for a number in the metrics.
  [[nodiscard]] bool reaches(std::string_view series, double value) const {
    return eventually([&] { return metric(series) == value; });
  }
  // One request on a connection of its own.
  RawResponse post(std::string_view body, std::string_view fields = {}) const {
    return RawHttp(port()).post("/metrics", body, fields);
  }

  MockKafka kafka{1};
  IngestSettings settings = settings_for(kafka.brokers());
  std::unique_ptr<RunningApp> app;
  std::vector<std::unique_ptr<RawHttp>> held;  // connections that stay from one side of a limit to the other
};

struct LimitRow {
  std::string setting;
  std::string value;                          // small, so that the test is quick
  std::map<std::string, std::string> others;  // settings that would come in the way
  std::function<void(LimitBed&)> at;          // the service runs; the sides are tried in this order
  std::function<void(LimitBed&)> past;
};

using LimitRows = std::vector<LimitRow>;
[[nodiscard]] LimitRows http_limit_rows();
[[nodiscard]] LimitRows timeout_rows();
[[nodiscard]] LimitRows sample_rows();
[[nodiscard]] LimitRows rate_rows();
[[nodiscard]] LimitRows overload_rows();

// True where `attempt` succeeds once: for the near side of a time limit, which a busy machine may miss. An exception
// (the connection was closed) is a failed attempt.
inline bool succeeds_once(const std::function<bool()>& attempt) {
  return eventually([&] {
    try {
      return attempt();
    } catch (const std::exception&) {
      return false;
    }
  });
}

class Stopwatch {
 public:
  [[nodiscard]] std::chrono::steady_clock::duration elapsed() const {
    return std::chrono::steady_clock::now() - start_;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace metricstream::ingestion::test
