#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

// gzip as zlib writes and reads it: another implementation, to compare with.
namespace metricstream::testing {

struct GzipHeader {
  std::string extra = {};
  std::optional<std::string> name = {};
  std::optional<std::string> comment = {};
  bool checksum = false;
};

struct GzipChoices {
  int level = 6;                // 0 (stored) to 9
  int strategy = 0;             // Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED
  int window_bits = 15;         // 9 to 15
  std::size_t flush_every = 0;  // a Z_SYNC_FLUSH after so many bytes, as chunked writers do; 0: none
  std::optional<GzipHeader> header = std::nullopt;
};

// One gzip member.
[[nodiscard]] std::string gzip_by_zlib(std::string_view data, const GzipChoices& choices = {});

// Deflate data without header and trailer that continues byte-aligned: any number of them behind each other, and an
// empty final block at the end, are one stream.
[[nodiscard]] std::string deflate_piece(std::string_view data);

// A member of any deflate data with the trailer given.
[[nodiscard]] std::string member_of(std::string_view deflate_data, std::uint32_t crc, std::uint32_t size);
[[nodiscard]] std::uint32_t crc_by_zlib(std::string_view data);

struct ZlibInflated {
  std::string content;
  std::size_t used;  // bytes of the stream
};

// The first member of `stream`, or zlib's words for what is wrong; "too large" for more than `limit` bytes.
[[nodiscard]] std::expected<ZlibInflated, std::string> ungzip_by_zlib(std::string_view stream, std::size_t limit);
// The same without header and trailer.
[[nodiscard]] std::expected<ZlibInflated, std::string> inflate_by_zlib(std::string_view data, std::size_t limit);

}  // namespace metricstream::testing
