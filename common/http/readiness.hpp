#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace metricstream::http {

// Whether this process wants traffic, for Management::not_ready. Starts as not ready. Not to be flipped by an outage of
// Kafka or InfluxDB: all replicas would leave the balancer at once and clients would lose their Retry-After.
// Thread-safe.
class Readiness {
 public:
  void set_ready() { set(std::nullopt); }
  void set_not_ready(std::string reason) { set(std::move(reason)); }

  [[nodiscard]] std::optional<std::string> not_ready() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  void set(std::optional<std::string> reason) {
    const std::lock_guard lock(mutex_);
    reason_ = std::move(reason);
  }

  mutable std::mutex mutex_;
  std::optional<std::string> reason_ = "starting";
};

}  // namespace metricstream::http
