#include "common/base/duration.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace metricstream {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};

// Largest first: formatting takes the first that fits, and parsing demands this order.
constexpr std::array<Unit, 9> kUnits{{{"y", 365LL * 86'400'000'000'000},
                                      {"w", 7LL * 86'400'000'000'000},
                                      {"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

constexpr std::string_view kExpected = "expected a duration such as 500ms, 10s, 1m30s, 75m, 7d";

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto refuse = [&] { return fail("'" + std::string(text) + "': " + std::string(kExpected)); };
  if (text.empty()) return refuse();
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || rest.front() == '-') return refuse();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::size_t length = std::min(rest.find_first_of("0123456789"), rest.size());
    const std::string_view name = rest.substr(0, length);
    rest.remove_prefix(length);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return refuse();
    const std::int64_t unit = kUnits[next_unit++].ns;
    if (number > (std::numeric_limits<std::int64_t>::max() - total) / unit) return refuse();
    total += number * unit;
  }
  return std::chrono::nanoseconds{total};
}

std::string format_duration(std::chrono::nanoseconds duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string out;
  if (rest < 0) {
    out.push_back('-');
    rest = -rest;
  }
  for (const Unit& unit : kUnits) {
    // Years only where they divide and weeks never: 90d reads better than 12w6d.
    if (rest < unit.ns || unit.name == "w" || (unit.name == "y" && rest % unit.ns != 0)) continue;
    out += std::to_string(rest / unit.ns);
    out += unit.name;
    rest %= unit.ns;
  }
  return out;
}

}  // namespace metricstream
