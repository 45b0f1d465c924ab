#pragma once

#include <chrono>

#include "common/runtime/task.hpp"

namespace metricstream {

// Suspends for `duration` on the running coroutine's executor. Ends early, without an error, when the coroutine is
// cancelled.
Task<void> sleep_for(std::chrono::nanoseconds duration);

}  // namespace metricstream
