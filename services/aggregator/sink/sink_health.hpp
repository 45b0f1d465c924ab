#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace metricstream::sink {

// Which lanes InfluxDB refuses altogether, and in which words. Thread-safe.
class SinkHealth {
 public:
  void set_misconfigured(std::int32_t partition, std::string_view size, std::string reason) {
    const std::lock_guard lock{mutex_};
    reasons_[{partition, std::string{size}}] = std::move(reason);
  }
  void clear(std::int32_t partition, std::string_view size) {
    const std::lock_guard lock{mutex_};
    reasons_.erase({partition, std::string{size}});
  }
  [[nodiscard]] std::optional<std::string> misconfigured() const {
    const std::lock_guard lock{mutex_};
    if (reasons_.empty()) return std::nullopt;
    const auto& [lane, reason] = *reasons_.begin();
    return "InfluxDB refuses every write to " + lane.second + ": " + reason;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::int32_t, std::string>, std::string> reasons_;
};

}  // namespace metricstream::sink
