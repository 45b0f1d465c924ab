#pragma once

namespace metricstream::test {

// True where the tests are built with AddressSanitizer or ThreadSanitizer. Shadow memory, red zones and the quarantine
// of freed blocks then make any figure of the process's resident memory meaningless: measure and print it, but check it
// only where this is false. What holds in every build (capacities, counts) is checked in every build.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kIsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace metricstream::test
