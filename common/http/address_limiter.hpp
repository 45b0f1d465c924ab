#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "common/http/ip_address.hpp"

namespace metricstream::http {

// Counts the connections of each address and refuses those past a limit; the addresses of one IPv6 /64 count as one,
// since whoever has one of them has all. Memory: one entry for each address that has a connection. Thread-safe.
class AddressLimiter {
 public:
  // Of one connection; ends it when it goes. Must not outlive the limiter.
  class Slot {
   public:
    Slot() = default;
    Slot(AddressLimiter* limiter, const IpAddress& key) : limiter_(limiter), key_(key) {}
    Slot(Slot&& other) noexcept : limiter_(std::exchange(other.limiter_, nullptr)), key_(other.key_) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(limiter_, other.limiter_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Slot() {
      if (limiter_) limiter_->give_back(key_);
    }

   private:
    AddressLimiter* limiter_ = nullptr;
    IpAddress key_;
  };

  // 0: no limit, and nothing is counted.
  explicit AddressLimiter(std::size_t limit) : limit_(limit) {}
  AddressLimiter(const AddressLimiter&) = delete;
  AddressLimiter& operator=(const AddressLimiter&) = delete;

  // Nothing where the address has as many connections as it may.
  [[nodiscard]] std::optional<Slot> take(const IpAddress& address);
  [[nodiscard]] std::size_t address_count() const;

 private:
  void give_back(const IpAddress& key);

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::map<IpAddress, std::size_t> counts_;
};

}  // namespace metricstream::http
