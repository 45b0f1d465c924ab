#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream {

// A number of bytes, kept apart from counts by its type.
struct ByteSize {
  std::uint64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

// "4096", "64KiB", "1MiB", "2GiB" (powers of 1024), "64kB", "1MB", "1GB" (powers of 1000).
[[nodiscard]] Result<ByteSize> parse_byte_size(std::string_view text);

// The shortest exact form that parse_byte_size reads back, binary units preferred.
[[nodiscard]] std::string format_byte_size(ByteSize size);

}  // namespace metricstream
