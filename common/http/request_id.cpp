#include "common/http/request_id.hpp"

#include <algorithm>
#include <cstdint>

#include "common/base/random_seed.hpp"
#include "common/base/splitmix64.hpp"

namespace metricstream::http {
namespace {

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::uint64_t random_bits() {
  // Names of requests need no better generator.
  thread_local std::uint64_t state = random_seed();
  return splitmix64(state);
}

}  // namespace

bool is_usable_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

void make_request_id(std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t bits = random_bits();
  out.clear();
  for (int i = 0; i < 16; ++i, bits >>= 4) out += digits[bits & 15];
}

bool is_traceparent(std::string_view text) {
  return text.size() == 55 && text.starts_with("00-") && text[35] == '-' && text[52] == '-' &&
         is_lower_hex(text.substr(3, 32)) && is_lower_hex(text.substr(36, 16)) && is_lower_hex(text.substr(53, 2));
}

}  // namespace metricstream::http
