#include "common/base/text.hpp"

#include <algorithm>

namespace metricstream {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// Length of the well-formed UTF-8 sequence at `i`, 0 where there is none (RFC 3629, table of section 4).
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const unsigned char first = byte_at(text, i);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned char second = byte_at(text, i + 1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = sequence_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t i = 0;
  while (i < text.size()) {
    if (out.size() >= limit) return out + "...";
    const std::size_t length = printable_length(text, i);
    if (length == 0) append_hex_escape(out, text[i]);
    out.append(text.substr(i, length));
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string_view cut_text(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t start = limit;
  while (start > 0 && limit - start < 3 && (byte_at(text, start) & 0xc0U) == 0x80U) --start;
  return text.substr(0, start + sequence_length(text, start) > limit ? start : limit);
}

std::size_t printable_length(std::string_view text, std::size_t at) {
  const std::size_t length = sequence_length(text, at);
  const unsigned char c = byte_at(text, at);
  // U+0080 to U+009F are control characters too: terminals take U+009B for an escape sequence.
  const bool is_c1 = length == 2 && c == 0xc2 && byte_at(text, at + 1) < 0xa0;
  return c < 0x20 || c == 0x7f || is_c1 ? 0 : length;
}

void append_hex_escape(std::string& out, char byte) {
  const auto c = static_cast<unsigned char>(byte);
  out += "\\x";
  out.push_back(kHex[c >> 4U]);
  out.push_back(kHex[c & 15U]);
}

void append_json_escaped(std::string& out, std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = sequence_length(text, i);
    const unsigned char c = byte_at(text, i);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(text[i]);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (printable_length(text, i) == 0) {
      // The last byte of U+0080 to U+009F is the code point's.
      const unsigned char point = byte_at(text, i + length - 1);
      out += "\\u00";
      out.push_back(kHex[point >> 4U]);
      out.push_back(kHex[point & 15U]);
    } else {
      out.append(text.substr(i, length));
    }
    i += length;
  }
}

}  // namespace metricstream
