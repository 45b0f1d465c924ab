#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/codec/json_batch.hpp"
#include "tests/unit/codec/json_reference.hpp"

// The same body in other bytes, to find whatever depends on how a body is written.
namespace metricstream::testing {

// The documents of a body: itself, or its lines that are not blank.
inline std::vector<std::string_view> documents_of(std::string_view body, BodyFormat format) {
  if (format == BodyFormat::json) return {body};
  std::vector<std::string_view> out;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) out.push_back(line);
  }
  return out;
}

// Letters and digits outside of escapes as \u00xx.
inline void append_escaped_letters(std::string& out, std::string_view string_token) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (std::size_t i = 0; i < string_token.size(); ++i) {
    const char c = string_token[i];
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == '\\') {
      const std::size_t size = string_token[i + 1] == 'u' ? 6 : 2;
      out += string_token.substr(i, size);
      i += size - 1;
    } else if (is_plain) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 15U];
    } else {
      out += c;
    }
  }
}

// `body` with a blank around every token and all letters of strings escaped; nothing where it is not JSON.
inline std::optional<std::string> rewritten(std::string_view body, BodyFormat format) {
  std::string out;
  for (const std::string_view document : documents_of(body, format)) {
    const JsonReference reference(document);
    if (!reference.is_json()) return std::nullopt;
    for (const std::string_view token : reference.tokens()) {
      out += ' ';
      if (token.starts_with('"')) {
        append_escaped_letters(out, token);
      } else {
        out += token;
      }
    }
    out += format == BodyFormat::json ? "" : "\n";
  }
  return out;
}

// True for what the decoder refuses as malformed although it is JSON.
inline bool is_refused_by_rule(std::string_view message) {
  for (const std::string_view rule : {"twice in one object", "nested deeper", "exponent is too large", "`metrics` must",
                                      "`batch_id` must", "expected an object or an array"}) {
    if (message.contains(rule)) return true;
  }
  return false;
}

}  // namespace metricstream::testing
