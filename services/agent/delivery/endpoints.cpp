#include "services/agent/delivery/endpoints.hpp"

#include <algorithm>

namespace metricstream::agent {

Endpoints::Endpoints(std::size_t count, const RetrySettings& retry)
    : retry_(retry), lanes_(count, Lane{.backoff = Backoff(retry.first, retry.limit)}) {}

std::optional<std::size_t> Endpoints::choose(TimeNs now) const {
  const auto free = std::ranges::find_if(lanes_, [now](const Lane& lane) { return lane.not_before <= now; });
  if (free == lanes_.end()) return std::nullopt;
  return static_cast<std::size_t>(free - lanes_.begin());
}

TimeNs Endpoints::ready_at() const { return std::ranges::min(lanes_, {}, &Lane::not_before).not_before; }

void Endpoints::succeeded(std::size_t endpoint) {
  lanes_[endpoint].backoff.reset();
  lanes_[endpoint].not_before = 0;
}

void Endpoints::failed(std::size_t endpoint, TimeNs now, std::optional<std::chrono::seconds> retry_after,
                       std::uint64_t random) {
  Lane& lane = lanes_[endpoint];
  lane.not_before = now + wait_of(lane, retry_after, random);
}

void Endpoints::slow_down(std::size_t endpoint, TimeNs now, std::optional<std::chrono::seconds> retry_after,
                          std::uint64_t random) {
  const TimeNs until = now + wait_of(lanes_[endpoint], retry_after, random);
  for (Lane& lane : lanes_) lane.not_before = std::max(lane.not_before, until);
}

void Endpoints::hurry() {
  for (Lane& lane : lanes_) lane.not_before = 0;
}

TimeNs Endpoints::wait_of(Lane& lane, std::optional<std::chrono::seconds> retry_after, std::uint64_t random) {
  const auto own = lane.backoff.next(random);
  if (!retry_after) return to_ns(own);
  // Never at once, whatever the server says, and a tenth of jitter, lest all agents come back at the same instant.
  const std::chrono::milliseconds asked = std::clamp<std::chrono::milliseconds>(
      *retry_after, std::min(retry_.first, retry_.max_retry_after), retry_.max_retry_after);
  const auto jitter = random % static_cast<std::uint64_t>(asked.count() / 10 + 1);
  return to_ns(asked + std::chrono::milliseconds{jitter});
}

}  // namespace metricstream::agent
