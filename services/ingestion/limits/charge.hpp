#pragma once

#include <optional>
#include <utility>

#include "services/ingestion/limits/ring_shards.hpp"

namespace metricstream::limits {

class RateLimiter;

// Samples that are charged while their fate is open: given back when this goes, unless keep() said that they were, or
// may have been, stored. Movable, so it lives in the frame of the coroutine that waits for Kafka; may go on any thread.
// Holds no lock. The limiter must outlive it.
class [[nodiscard]] Charge {
 public:
  Charge() = default;
  Charge(Charge&& other) noexcept
      : limiter_(std::exchange(other.limiter_, nullptr)), client_(other.client_), host_(other.host_) {}
  Charge& operator=(Charge&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    limiter_ = std::exchange(other.limiter_, nullptr);
    client_ = other.client_;
    host_ = other.host_;
    return *this;
  }
  ~Charge() { give_back(); }

  // The samples count.
  void keep() { limiter_ = nullptr; }
  // They were definitely not stored. What has left the window meanwhile needs no giving back.
  void give_back();
  [[nodiscard]] bool is_open() const { return limiter_ != nullptr; }

 private:
  friend class RateLimiter;
  Charge(RateLimiter& limiter, const std::optional<Receipt>& client, const std::optional<Receipt>& host)
      : limiter_(&limiter), client_(client), host_(host) {}

  RateLimiter* limiter_ = nullptr;
  std::optional<Receipt> client_;
  std::optional<Receipt> host_;
};

}  // namespace metricstream::limits
