#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "common/gzip/inflate_error.hpp"

// The parts of a gzip member around its deflate data (RFC 1952). Private to this folder.
namespace metricstream::gzip {

constexpr std::string_view kMagic = "\x1f\x8b";
constexpr std::size_t kTrailerBytes = 8;  // CRC-32 and ISIZE, little-endian

// The length of the header that `member` begins with: the fixed ten bytes, extra field, file name, comment and their
// checksum, which is checked where it is there.
[[nodiscard]] std::expected<std::size_t, InflateFault> header_size(std::string_view member);

// `at` + 4 must be inside.
[[nodiscard]] std::uint32_t read_u32(std::string_view bytes, std::size_t at);

// What the last four bytes say the member inflates to, modulo 2^32; 0 where there are no four bytes.
[[nodiscard]] std::uint32_t claimed_size(std::string_view member);

}  // namespace metricstream::gzip
