#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "common/base/clock.hpp"
#include "common/http/request.hpp"
#include "common/http/response.hpp"
#include "common/log/logger.hpp"
#include "services/ingestion/second_budget.hpp"
#include "services/ingestion/settings.hpp"

namespace metricstream::ingestion {

// Which requests are logged: a share of them, and no more than so many in a second of the clock. Not thread-safe; pure
// but for its random numbers, which `seed` determines.
//
// Of n requests n * ratio are chosen, give or take 2: each run of 1 / ratio requests gives one, at a random place in
// it, so that no pattern of the requests (every second one a health check) decides which kind is seen.
class AccessSampler {
 public:
  AccessSampler(double ratio, std::uint32_t lines_per_second, std::uint64_t seed);

  // One more request. A number: log it; so many that were chosen have been left out since the last one that was logged.
  [[nodiscard]] std::optional<std::uint64_t> admit(TimeNs now);

 private:
  static constexpr int kBits = 62;  // the place within a run is a fraction of 2^62
  [[nodiscard]] bool is_chosen();
  [[nodiscard]] std::int64_t random_place();

  std::int64_t step_;  // of one request
  SecondBudget lines_;
  std::uint64_t random_;
  std::int64_t place_ = 0;   // from the start of the run whose turn it is
  std::int64_t target_ = 0;  // where in that run a request is chosen
  unsigned due_ = 0;         // chosen, but not yet given out: one request cannot stand for two
  std::uint64_t left_out_ = 0;
};

// One line an answered request: at level info for those that are sampled, at debug for all. Thread-safe.
class AccessLog {
 public:
  // `clock` must outlive the log.
  AccessLog(const AccessLogSettings& settings, Logger log, const Clock& clock);

  void on_request(const http::RequestHead& head, const http::Response& response, std::size_t body_bytes,
                  std::chrono::nanoseconds duration);

 private:
  Logger log_;
  const Clock& clock_;
  bool is_sampling_;
  std::mutex mutex_;
  AccessSampler sampler_;
};

}  // namespace metricstream::ingestion
