#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/aggregator/support/log.hpp"
#include "tests/unit/aggregator/support/recorder.hpp"

namespace metricstream::fold::test {

// Minute 0 of hand-written logs: a multiple of every window size, far from 1970.
constexpr TimeNs kStart = 1'700'000'040 * kSecond;
static_assert(kStart % (10 * kMinute) == 4 * kMinute && kStart % kMinute == 0);

// A sample of series `name` (no tags) at so many seconds after the start.
[[nodiscard]] inline LoggedSample sample(MetricType type, double seconds, double value, std::string name = "m") {
  const auto time = kStart + static_cast<TimeNs>(seconds * static_cast<double>(kSecond));
  return {.name = std::move(name), .tags = {}, .type = type, .time = time, .value = value};
}
[[nodiscard]] inline LoggedSample counter(double seconds, double value) {
  return sample(MetricType::counter, seconds, value);
}
[[nodiscard]] inline LoggedSample gauge(double seconds, double value) {
  return sample(MetricType::gauge, seconds, value);
}

// Folds a hand-written log record by record, with the default settings unless they are changed first. Records are kept,
// so that another life can fold them again.
class Script {
 public:
  explicit Script(FoldSettings settings = {}, Start start = {})
      : settings_(std::move(settings)), recorder_(settings_), fold_(settings_, 0, recorder_, start) {}

  // Both of the record's clocks say so many seconds after the start.
  void batch(double seconds, std::vector<LoggedSample> samples) {
    record(batch_at(kStart + to_time(seconds), std::move(samples)));
  }
  void tick(double seconds) { record(tick_at(kStart + to_time(seconds))); }
  void record(const LoggedRecord& logged) {
    fold_.fold(fold_.next().offset, logged.append_time, decoded(logged));
    log_.push_back(logged);
  }
  // Everything is durable at once.
  void close() { fold_.close(fold_.next()); }

  [[nodiscard]] PartitionFold& fold() { return fold_; }
  [[nodiscard]] Recorder& recorder() { return recorder_; }
  [[nodiscard]] const FoldSettings& settings() const { return settings_; }
  [[nodiscard]] const Log& log() const { return log_; }

  // The last result of the window that starts so many seconds after the start; none when there is none.
  [[nodiscard]] std::optional<FieldMap> result(double seconds, TimeNs size = kMinute) const {
    std::optional<FieldMap> out;
    for (const Written& written : recorder_.written) {
      if (written.name.size != size || written.name.time != kStart + to_time(seconds)) continue;
      out.emplace();
      for (const auto& [name, value] : written.fields) (*out)[std::string(name)] = value;
    }
    return out;
  }
  [[nodiscard]] std::uint32_t revision(double seconds, TimeNs size = kMinute) const {
    std::uint32_t out = 0;
    for (const Written& written : recorder_.written) {
      if (written.name.size == size && written.name.time == kStart + to_time(seconds)) out = written.revision;
    }
    return out;
  }
  [[nodiscard]] double increase(double seconds) const { return result(seconds).value().at("increase"); }

  [[nodiscard]] static TimeNs to_time(double seconds) {
    return static_cast<TimeNs>(seconds * static_cast<double>(kSecond));
  }

 private:
  FoldSettings settings_;
  Recorder recorder_;
  PartitionFold fold_;
  Log log_;
};

}  // namespace metricstream::fold::test
