#pragma once

#include <cstddef>
#include <string_view>

namespace metricstream::gzip {

// How large a compressed body may become: min(max_inflated, max(free_inflated, max_ratio x its compressed bytes)).
struct InflateLimits {
  std::size_t max_inflated = std::size_t{8} * 1024 * 1024;
  std::size_t free_inflated = std::size_t{1} * 1024 * 1024;  // whatever the ratio: small bodies compress best
  std::size_t max_ratio = 100;
};

// The bound for a body of `compressed` bytes. A body of exactly this many inflated bytes is accepted.
[[nodiscard]] std::size_t largest_inflated(std::size_t compressed, const InflateLimits& limits);

// The memory that Inflater::inflate() takes for `body`, whatever is in it: charge this to admission before. Never above
// largest_inflated(); for an honest body it is the size that the stream itself says in its last four bytes (ISIZE of
// RFC 1952), or 8 x its compressed bytes where that is more. O(1), looks at the last four bytes only.
[[nodiscard]] std::size_t inflated_bound(std::string_view body, const InflateLimits& limits);

}  // namespace metricstream::gzip
