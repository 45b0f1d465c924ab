#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/log/logger.hpp"
#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/support/raw_http.hpp"

// What operators and clients see of the service.
namespace metricstream::ingestion::test {

// The value of a series such as `metricstream_kafka_produced_total` or `x{reason="y"}`, read from the admin listener;
// -1 where there is no such series.
inline double metric(std::uint16_t admin_port, std::string_view series) {
  const auto text = "\n" + metricstream::test::RawHttp(admin_port).get("/metrics", "Accept: text/plain\r\n").body;
  const std::string wanted = "\n" + std::string(series) + " ";
  const auto at = text.find(wanted);
  return at == std::string::npos ? -1 : std::stod(text.substr(at + wanted.size()));
}

// Whether the requests under way come to hold so many bytes.
inline bool comes_to_hold(std::uint16_t admin_port, std::size_t bytes) {
  return eventually(
      [&] { return metric(admin_port, "metricstream_admission_in_flight_bytes") == static_cast<double>(bytes); });
}

// A number of GET /metrics as JSON, or of a problem; -1 where there is none of that name.
inline long json_number(std::string_view json, std::string_view name) {
  const std::string wanted = "\"" + std::string(name) + "\":";
  const auto at = json.find(wanted);
  return at == std::string_view::npos ? -1 : std::stol(std::string(json.substr(at + wanted.size(), 20)));
}

inline void expect_accepted(const metricstream::test::RawResponse& response) {
  EXPECT_EQ(response.status, 202) << response.body;
}

inline void expect_problem(const metricstream::test::RawResponse& response, int status, std::string_view id) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_TRUE(response.body.contains("\"err-ms-" + std::string(id) + "\"")) << "not " << id << ": " << response.body;
}

// A logger that keeps its lines. Thread-safe; must outlive the loggers.
class CapturedLog {
 public:
  [[nodiscard]] Logger logger(LogLevel level = LogLevel::info) {
    return Logger({.level = level}, [this](std::string_view line) { keep(line); }, clock_);
  }
  // Those that contain all of the texts.
  [[nodiscard]] std::vector<std::string> lines(const std::vector<std::string>& texts = {}) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> out;
    std::ranges::copy_if(lines_, std::back_inserter(out), [&](const std::string& line) {
      return std::ranges::all_of(texts, [&](const std::string& text) { return line.contains(text); });
    });
    return out;
  }

 private:
  void keep(std::string_view line) {
    const std::scoped_lock lock(mutex_);
    lines_.emplace_back(line);
  }

  SystemClock clock_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace metricstream::ingestion::test
