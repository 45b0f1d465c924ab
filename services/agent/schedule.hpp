#pragma once

#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/hash.hpp"

namespace metricstream::agent {

// When rounds of collection happen: at fixed instants of the wall clock, an interval apart, so that every window gets
// the same number of samples, and shifted by host, so that ten thousand agents do not all send at once.
[[nodiscard]] inline TimeNs phase_of(std::string_view host, TimeNs interval) {
  return static_cast<TimeNs>(hash64(host) % static_cast<std::uint64_t>(interval));
}

// The first instant after `now`; instants that were missed (a suspended machine) are left out.
[[nodiscard]] constexpr TimeNs next_round(TimeNs now, TimeNs interval, TimeNs phase) {
  return floor_to(now - phase, interval) + phase + interval;
}

}  // namespace metricstream::agent
