#include "common/base/byte_size.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace metricstream {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array<Unit, 8> kUnits{{{"GiB", 1ULL << 30},
                                      {"MiB", 1ULL << 20},
                                      {"KiB", 1ULL << 10},
                                      {"GB", 1'000'000'000},
                                      {"MB", 1'000'000},
                                      {"kB", 1'000},
                                      {"B", 1},
                                      {"", 1}}};

}  // namespace

Result<ByteSize> parse_byte_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{}) {
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : kUnits) {
      if (unit.name == name && number <= std::numeric_limits<std::uint64_t>::max() / unit.bytes) {
        return ByteSize{number * unit.bytes};
      }
    }
  }
  return fail("'" + std::string(text) + "': expected a size such as 4096, 64KiB, 1MiB, 2GiB (or kB, MB, GB)");
}

std::string format_byte_size(ByteSize size) {
  for (const Unit& unit : kUnits) {
    if (size.bytes >= unit.bytes && unit.bytes > 1 && size.bytes % unit.bytes == 0) {
      return std::to_string(size.bytes / unit.bytes) + std::string(unit.name);
    }
  }
  return std::to_string(size.bytes);
}

}  // namespace metricstream
