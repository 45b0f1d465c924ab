#include "common/gzip/inflate_limits.hpp"

#include <algorithm>
#include <limits>

#include "common/gzip/member_header.hpp"

namespace metricstream::gzip {
namespace {

// Room beyond what the last four bytes say. They say nothing true where further members or other bytes stand behind the
// stream; with this room such a body is usually inflated to its end, and refused by its true name.
constexpr std::size_t kRoom = 8;

std::size_t times(std::size_t a, std::size_t b) {
  return b != 0 && a > std::numeric_limits<std::size_t>::max() / b ? std::numeric_limits<std::size_t>::max() : a * b;
}

}  // namespace

std::size_t largest_inflated(std::size_t compressed, const InflateLimits& limits) {
  return std::min(limits.max_inflated, std::max(limits.free_inflated, times(compressed, limits.max_ratio)));
}

std::size_t inflated_bound(std::string_view body, const InflateLimits& limits) {
  const std::size_t room = times(body.size(), kRoom);
  return std::min(largest_inflated(body.size(), limits), std::max<std::size_t>(claimed_size(body), room));
}

}  // namespace metricstream::gzip
