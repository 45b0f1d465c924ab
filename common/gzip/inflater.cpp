#include "common/gzip/inflater.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <new>
#include <optional>

#include "common/gzip/member_header.hpp"

namespace metricstream::gzip {
namespace {

std::string describe(InflateFault fault, std::string_view body, std::size_t largest) {
  switch (fault) {
    case InflateFault::not_gzip:
      return "the body is not gzip: expected a member of RFC 1952, which begins with the bytes 1f 8b 08";
    case InflateFault::unknown_flags:
      return "the gzip header's fourth byte sets flags that RFC 1952 reserves (one of its three highest bits): leave "
             "them 0";
    case InflateFault::truncated:
      return "the gzip stream is cut off after " + std::to_string(body.size()) + " bytes: send all of it";
    case InflateFault::damaged:
      return "the gzip stream is damaged or cut off: its data do not match its checksum, or cannot be inflated";
    case InflateFault::too_large:
      return "the body of " + std::to_string(body.size()) + " bytes inflates to more than " + std::to_string(largest) +
             ", the largest for one of this size: send smaller batches";
    case InflateFault::wrong_size:
      return "the gzip stream inflates to more than the " + std::to_string(claimed_size(body)) +
             " bytes that its last four bytes say: send one whole gzip member with nothing behind it";
    case InflateFault::several_members:
      return "more than one gzip member: compress the whole body at once, as one member";
    case InflateFault::trailing_bytes:
      return "bytes behind the end of the gzip stream: send one gzip member and nothing else";
  }
  return {};
}

// `rest` is what stands behind the deflate data.
std::optional<InflateFault> check_end(std::string_view rest, std::string_view content) {
  if (rest.size() < kTrailerBytes) return InflateFault::truncated;
  if (read_u32(rest, 0) != libdeflate_crc32(0, content.data(), content.size())) return InflateFault::damaged;
  if (read_u32(rest, 4) != static_cast<std::uint32_t>(content.size())) return InflateFault::damaged;
  rest.remove_prefix(kTrailerBytes);
  if (rest.empty()) return std::nullopt;
  return rest.starts_with(kMagic) ? InflateFault::several_members : InflateFault::trailing_bytes;
}

// Makes room for exactly `bytes`: a string that grows by itself would take twice as much, and copy what is thrown away.
void make_room(std::string& out, std::size_t bytes, std::size_t kept) {
  if (out.capacity() >= bytes && out.capacity() <= std::max(bytes, kept)) return;
  std::string().swap(out);
  out.reserve(bytes);
}

std::optional<InflateFault> inflate_member(libdeflate_decompressor& decompressor, std::string_view body,
                                           const InflateLimits& limits, std::string& out) {
  out.clear();
  const auto header = header_size(body);
  const std::size_t largest = largest_inflated(body.size(), limits);
  const std::size_t room = header ? inflated_bound(body, limits) : 0;
  make_room(out, room, limits.free_inflated);
  if (!header) return header.error();
  const std::string_view data = body.substr(*header);
  libdeflate_result result = LIBDEFLATE_BAD_DATA;
  std::size_t used = 0;
  out.resize_and_overwrite(room, [&](char* to, std::size_t size) {
    std::size_t written = 0;
    result = libdeflate_deflate_decompress_ex(&decompressor, data.data(), data.size(), to, size, &used, &written);
    return result == LIBDEFLATE_SUCCESS ? written : 0;
  });
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
    return room == largest ? InflateFault::too_large : InflateFault::wrong_size;
  }
  if (result != LIBDEFLATE_SUCCESS) return InflateFault::damaged;
  return check_end(data.substr(used), out);
}

}  // namespace

void Inflater::Free::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
  if (!decompressor_) throw std::bad_alloc{};
}

std::expected<void, InflateError> Inflater::inflate(std::string_view body, const InflateLimits& limits,
                                                    std::string& out) {
  const auto fault = inflate_member(*decompressor_, body, limits, out);
  if (!fault) return {};
  out.clear();
  return std::unexpected(InflateError{*fault, describe(*fault, body, largest_inflated(body.size(), limits))});
}

}  // namespace metricstream::gzip
