#include "common/gzip/member_header.hpp"

#include <libdeflate.h>

namespace metricstream::gzip {
namespace {

constexpr std::size_t kFixedBytes = 10;
constexpr char kDeflate = 8;

enum Flag : unsigned { has_checksum = 2, has_extra = 4, has_name = 8, has_comment = 16, reserved = 0xe0 };

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }
unsigned read_u16(std::string_view bytes, std::size_t at) { return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U; }

// Past the text that begins at `at` and ends with a zero byte; beyond the member where there is none.
std::size_t skip_text(std::string_view member, std::size_t at) {
  const std::size_t end = at < member.size() ? member.find('\0', at) : std::string_view::npos;
  return end == std::string_view::npos ? member.size() + 1 : end + 1;
}

}  // namespace

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  return read_u16(bytes, at) | read_u16(bytes, at + 2) << 16U;
}

std::uint32_t claimed_size(std::string_view member) {
  return member.size() < sizeof(std::uint32_t) ? 0 : read_u32(member, member.size() - sizeof(std::uint32_t));
}

std::expected<std::size_t, InflateFault> header_size(std::string_view member) {
  if (!member.starts_with(kMagic)) return std::unexpected(InflateFault::not_gzip);
  if (member.size() < kFixedBytes) return std::unexpected(InflateFault::truncated);
  const unsigned flags = byte_at(member, 3);
  if (member[2] != kDeflate) return std::unexpected(InflateFault::not_gzip);
  if ((flags & Flag::reserved) != 0) return std::unexpected(InflateFault::unknown_flags);
  std::size_t at = kFixedBytes;
  if ((flags & Flag::has_extra) != 0) {
    if (member.size() < at + 2) return std::unexpected(InflateFault::truncated);
    at += 2 + read_u16(member, at);
  }
  if ((flags & Flag::has_name) != 0) at = skip_text(member, at);
  if ((flags & Flag::has_comment) != 0) at = skip_text(member, at);
  const std::size_t checked = at;
  if ((flags & Flag::has_checksum) != 0) at += 2;
  if (at > member.size()) return std::unexpected(InflateFault::truncated);
  if (at > checked && (libdeflate_crc32(0, member.data(), checked) & 0xffffU) != read_u16(member, checked)) {
    return std::unexpected(InflateFault::damaged);
  }
  return at;
}

}  // namespace metricstream::gzip
