#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace metricstream::test {

// Waits for what another thread or process brings about; false when `limit` is over, which only ends a test that has
// failed.
[[nodiscard]] bool eventually(std::predicate auto condition,
                              std::chrono::milliseconds limit = std::chrono::seconds(15)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace metricstream::test
