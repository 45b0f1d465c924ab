#include "common/base/clock.hpp"

#include <ctime>

namespace metricstream {
namespace {

TimeNs read(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<TimeNs>(now.tv_sec) * kSecond + static_cast<TimeNs>(now.tv_nsec);
}

}  // namespace

TimeNs SystemClock::now() const { return read(CLOCK_REALTIME); }

TimeNs boot_time_ns() { return read(CLOCK_BOOTTIME); }

}  // namespace metricstream
