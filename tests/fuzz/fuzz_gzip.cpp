// Any bytes as a compressed body, beside zlib's inflate: the same bodies are accepted within the bounds, with the same
// content, in no more memory than was announced. The first byte says what the others are: a gzip stream, deflate data
// that get the header and trailer that they need, or content that is compressed and then damaged or not.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "common/gzip/inflater.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/unit/gzip/zlib_reference.hpp"

namespace {

using namespace metricstream;
using fuzz::require;
using gzip::InflateFault;
using gzip::InflateLimits;

constexpr std::size_t kAnySize = std::size_t{64} << 20U;

InflateLimits limits_of(std::uint8_t choice) {
  constexpr std::array<InflateLimits, 4> kLimits{
      InflateLimits{}, InflateLimits{.max_inflated = 3000, .free_inflated = 100, .max_ratio = 10},
      InflateLimits{.max_inflated = kAnySize, .free_inflated = 0, .max_ratio = 5},
      InflateLimits{.max_inflated = 64, .free_inflated = 1000, .max_ratio = 0}};
  return kLimits[choice >> 6U];
}

// What zlib refuses and libdeflate reads: codes that RFC 1951 allows nobody to write. Their content is still checked.
bool is_leniency(std::string_view words) {
  for (const std::string_view known : {"too many length or distance symbols", "invalid code lengths set",
                                       "invalid literal/lengths set", "invalid distances set"}) {
    if (words == known) return true;
  }
  return false;
}

void check_refusal(InflateFault fault, const std::expected<testing::ZlibInflated, std::string>& reference,
                   std::size_t size) {
  switch (fault) {
    case InflateFault::not_gzip:
    case InflateFault::unknown_flags:
    case InflateFault::truncated:
    case InflateFault::damaged:
    case InflateFault::too_large:  // which may also be damaged further on
      return require(!reference);
    case InflateFault::wrong_size:
      return require(!reference || reference->used < size);
    case InflateFault::several_members:
    case InflateFault::trailing_bytes:
      return require((reference && reference->used < size) || (!reference && is_leniency(reference.error())));
  }
}

// True where it was accepted.
bool check(const std::string& body, const InflateLimits& limits) {
  static gzip::Inflater inflater;  // reused, as by a server
  static std::string out;
  const std::size_t largest = gzip::largest_inflated(body.size(), limits);
  const std::size_t bound = gzip::inflated_bound(body, limits);
  require(bound <= largest);
  const auto result = inflater.inflate(body, limits, out);
  require(out.capacity() <= std::max({bound, limits.free_inflated, std::size_t{30}}));  // a string has 30 at least
  const auto reference = testing::ungzip_by_zlib(body, largest);
  if (!result) {
    require(out.empty() && !result.error().message.empty());
    check_refusal(result.error().fault, reference, body.size());
    return false;
  }
  require(out.size() <= bound);
  if (!reference) {
    require(is_leniency(reference.error()));
    return true;
  }
  require(reference->used == body.size() && reference->content == out);
  return true;
}

void check_deflate_data(const std::string& data, const InflateLimits& limits) {
  const auto content = testing::inflate_by_zlib(data, kAnySize);
  const bool is_whole = content && content->used == data.size();
  const std::string body = testing::member_of(data, content ? testing::crc_by_zlib(content->content) : 0,
                                              content ? static_cast<std::uint32_t>(content->content.size()) : 0);
  const bool fits = content && content->content.size() <= gzip::largest_inflated(body.size(), limits);
  if (check(body, limits)) return;
  require(!is_whole || !fits);
}

// `data`: four bytes of choices, then the content.
void check_content(const std::string& data, const InflateLimits& limits, bool is_damaged) {
  if (data.size() < 4) return;
  const auto choice = [&](std::size_t i) { return static_cast<unsigned char>(data[i]); };
  const std::string content = data.substr(4);
  std::string body = testing::gzip_by_zlib(content, {.level = choice(0) % 10,
                                                     .strategy = choice(1) % 5,
                                                     .window_bits = 9 + choice(2) % 7,
                                                     .flush_every = choice(2) / 7U});
  if (!is_damaged) {
    require(check(body, limits) == (content.size() <= gzip::largest_inflated(body.size(), limits)));
    return;
  }
  const std::size_t at = (choice(1) * 256U + choice(3)) % body.size();
  body[at] = static_cast<char>(static_cast<unsigned char>(body[at]) ^ (1U << choice(0) % 8U));
  check(body, limits);
  body.resize(at);
  require(!check(body, limits));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const InflateLimits limits = limits_of(data[0]);
  const std::string rest(data + 1, data + size);
  switch (data[0] % 4) {
    case 0:
      check(rest, limits);
      break;
    case 1:
      check_deflate_data(rest, limits);
      break;
    case 2:
      check_content(rest, limits, false);
      break;
    default:
      check_content(rest, limits, true);
  }
  return 0;
}
