#include "common/log/throttle.hpp"

namespace metricstream {

std::optional<std::uint64_t> Throttle::admit(std::string_view key, TimeNs now) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    Entry& entry = found->second;
    // A clock that was set back must not silence a key for as long as it was set back.
    if (now >= entry.last && now - entry.last < interval_) {
      ++entry.suppressed;
      return std::nullopt;
    }
    const std::uint64_t suppressed = entry.suppressed;
    entry = {now, 0};
    return suppressed;
  }
  if (entries_.size() >= capacity_) forget_expired(now);
  if (entries_.size() < capacity_) entries_.emplace(key, Entry{now, 0});
  return 0;
}

void Throttle::forget_expired(TimeNs now) {
  std::erase_if(entries_,
                [&](const auto& entry) { return now < entry.second.last || now - entry.second.last >= interval_; });
}

}  // namespace metricstream
