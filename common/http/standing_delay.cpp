#include "common/http/standing_delay.hpp"

#include <algorithm>

namespace metricstream::http {

StandingDelay::Duration StandingDelay::pass(Time due, Time now) {
  last_ = std::max<Duration>(now - due, Duration{0});
  look(last_, now);
  return last_;
}

StandingDelay::Duration StandingDelay::excess(Time due, Time now) {
  const Duration delay = std::max<Duration>(last_, now - due);
  look(delay, now);
  return is_standing_ && delay > most_ ? delay : Duration{0};
}

void StandingDelay::look(Duration delay, Time now) {
  if (most_.count() == 0) return;
  if (delay <= most_) {
    late_since_.reset();
    if (is_standing_ && now - last_late_ > kCalm) is_standing_ = false;
    return;
  }
  last_late_ = now;
  if (!late_since_) late_since_ = now;
  if (delay > kBurst || now - *late_since_ > kBurst) is_standing_ = true;
}

}  // namespace metricstream::http
