#include "common/http/address_limiter.hpp"

namespace metricstream::http {
namespace {

constexpr unsigned kV6SiteBits = 64;

}  // namespace

std::optional<AddressLimiter::Slot> AddressLimiter::take(const IpAddress& address) {
  if (limit_ == 0) return Slot();
  const IpAddress key = address.is_v4() ? address : address.masked(kV6SiteBits);
  const std::lock_guard lock(mutex_);
  const auto found = counts_.try_emplace(key, 0).first;
  if (found->second >= limit_) return std::nullopt;
  ++found->second;
  return Slot(this, key);
}

void AddressLimiter::give_back(const IpAddress& key) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(key);
  if (--found->second == 0) counts_.erase(found);
}

std::size_t AddressLimiter::address_count() const {
  const std::lock_guard lock(mutex_);
  return counts_.size();
}

}  // namespace metricstream::http
