#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/text.hpp"

namespace metricstream::testing {

// RFC 8259 by recursive descent, written from its grammar and nothing else: what the decoder's parser is compared with.
class JsonReference {
 public:
  explicit JsonReference(std::string_view text) : text_(text) { is_json_ = document(); }

  [[nodiscard]] bool is_json() const { return is_json_; }
  // Of nested objects and arrays; what is nested deeper than kDeepest is not read, and no JSON here.
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] const std::vector<std::string_view>& tokens() const { return tokens_; }

  static constexpr std::size_t kDeepest = 100;

 private:
  bool document() {
    skip_space();
    return value(0) && at_ == text_.size();
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool is_end() const { return at_ >= text_.size(); }
  bool take(char c) {
    if (is_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }
  void skip_space() {
    while (!is_end() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }
  // Ends a token that began at `start`.
  bool token(std::size_t start) {
    tokens_.push_back(text_.substr(start, at_ - start));
    skip_space();
    return true;
  }
  bool sign(char c) {
    const std::size_t start = at_;
    return take(c) && token(start);
  }

  bool value(std::size_t outer) {
    switch (peek()) {
      case '{':
        return object(outer + 1);
      case '[':
        return array(outer + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
  bool word(std::string_view expected) {
    const std::size_t start = at_;
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return token(start);
  }
  bool array(std::size_t depth) {
    depth_ = std::max(depth_, depth);
    if (depth > kDeepest || !sign('[')) return false;
    if (sign(']')) return true;
    do {
      if (!value(depth)) return false;
    } while (sign(','));
    return sign(']');
  }
  bool object(std::size_t depth) {
    depth_ = std::max(depth_, depth);
    if (depth > kDeepest || !sign('{')) return false;
    if (sign('}')) return true;
    do {
      if (!string() || !sign(':') || !value(depth)) return false;
    } while (sign(','));
    return sign('}');
  }
  bool number() {
    const std::size_t start = at_;
    take('-');
    if (!take('0') && !take_digits()) return false;
    if (take('.') && !take_digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!take_digits()) return false;
    }
    return token(start);
  }
  bool string() {
    const std::size_t start = at_;
    if (!take('"')) return false;
    while (!take('"')) {
      if (is_end() || static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (!(take('\\') ? escape() : take(text_[at_]))) return false;
    }
    return is_utf8(text_.substr(start, at_ - start)) && token(start);
  }
  bool escape() {
    if (!take('u')) return !is_end() && std::string_view("\"\\/bfnrt").contains(peek()) && take(peek());
    const unsigned first = hex4();
    if (first > 0xffff || (first >= 0xdc00 && first <= 0xdfff)) return false;
    if (first < 0xd800 || first > 0xdbff) return true;
    if (!take('\\') || !take('u')) return false;
    const unsigned second = hex4();
    return second >= 0xdc00 && second <= 0xdfff;
  }
  // Beyond 0xffff where there are no four digits.
  unsigned hex4() {
    const std::string_view digits = text_.substr(at_, 4);
    const std::string_view allowed = "0123456789abcdefABCDEF";
    if (digits.size() < 4 || digits.find_first_not_of(allowed) != std::string_view::npos) return 0x10000;
    at_ += 4;
    return static_cast<unsigned>(std::stoul(std::string(digits), nullptr, 16));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool is_json_ = false;
  std::vector<std::string_view> tokens_;
};

}  // namespace metricstream::testing
