#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/base/byte_size.hpp"
#include "common/base/duration.hpp"
#include "common/base/secret.hpp"

namespace metricstream::config {

// One allowed word of an enumeration. A type becomes a setting by a function beside it, found by its argument:
//   constexpr auto enum_names(Future) {
//     return std::to_array<config::EnumName<Future>>({{"adjust", Future::adjust}, {"reject", Future::reject}});
//   }
template <class E>
struct EnumName {
  std::string_view name;
  E value;
};

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E value) { enum_names(value); };

template <class T>
concept Number = (std::integral<T> || std::floating_point<T>) && !std::same_as<T, bool>;

// How one setting reads and prints: `parse` gives nothing for text that is no such value, `format` what parse reads
// back, `expected` a noun phrase for messages and documents; `form`, where there is one, examples of how it is written,
// for messages whose range has taken their place. Specialise it for a type of your own.
template <class T>
struct Value;

template <>
struct Value<std::string> {
  static std::optional<std::string> parse(const std::string& text) { return text; }
  static std::string format(const std::string& value) { return value; }
  static std::string expected() { return "text"; }
};

template <>
struct Value<Secret> {
  static std::optional<Secret> parse(const std::string& text) { return Secret(text); }
  static std::string format(const Secret& value) { return value.empty() ? "" : "***"; }
  static std::string expected() { return "a secret"; }
};

template <>
struct Value<bool> {
  static std::optional<bool> parse(const std::string& text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
  }
  static std::string format(bool value) { return value ? "true" : "false"; }
  static std::string expected() { return "true or false"; }
  static std::vector<std::string> words() { return {"true", "false"}; }
};

template <Number T>
struct Value<T> {
  static std::optional<T> parse(const std::string& text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if constexpr (std::floating_point<T>) {
      if (!std::isfinite(value)) return std::nullopt;
    }
    return value;
  }
  static std::string format(T value) {
    std::array<char, 64> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end};
  }
  static std::string expected() {
    if constexpr (std::floating_point<T>) return "a number";
    if constexpr (sizeof(T) < sizeof(int)) {
      return "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
             std::to_string(std::numeric_limits<T>::max());
    }
    return std::unsigned_integral<T> ? "an integer of 0 or more" : "an integer";
  }
};

// Any std::chrono::duration; text finer than its unit is refused rather than rounded.
template <class Rep, class Period>
struct Value<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static std::optional<Duration> parse(const std::string& text) {
    const Result<std::chrono::nanoseconds> exact = parse_duration(text);
    if (!exact) return std::nullopt;
    const auto value = std::chrono::duration_cast<Duration>(*exact);
    if (std::chrono::duration_cast<std::chrono::nanoseconds>(value) != *exact) return std::nullopt;
    return value;
  }
  static std::string format(Duration value) {
    return format_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(value));
  }
  static std::string expected() {
    const std::string unit = format(Duration{1});
    return unit == "1ns" ? "a duration such as 10s or 1m30s" : "a duration such as 10s or 1m30s, in steps of " + unit;
  }
  static std::string form() { return "500ms, 75m or 1h30m"; }
};

template <>
struct Value<ByteSize> {
  static std::optional<ByteSize> parse(const std::string& text) {
    const Result<ByteSize> size = parse_byte_size(text);
    return size ? std::optional(*size) : std::nullopt;
  }
  static std::string format(ByteSize value) { return format_byte_size(value); }
  static std::string expected() { return "a size such as 4096, 64KiB or 1MiB"; }
  static std::string form() { return "4096, 64KiB or 1MiB"; }
};

template <NamedEnum E>
struct Value<E> {
  static std::optional<E> parse(const std::string& text) {
    for (const auto& [name, value] : enum_names(E{})) {
      if (name == text) return value;
    }
    return std::nullopt;
  }
  static std::string format(E wanted) {
    for (const auto& [name, value] : enum_names(E{})) {
      if (value == wanted) return std::string(name);
    }
    return {};
  }
  static std::string expected() {
    std::string out = "one of";
    for (const std::string& word : words()) out += (out.size() == 6 ? " " : ", ") + word;
    return out;
  }
  static std::vector<std::string> words() {
    std::vector<std::string> out;
    for (const auto& [name, value] : enum_names(E{})) out.emplace_back(name);
    return out;
  }
};

// A constraint beyond the type. An `expected` that begins with a space is a range and follows the type's noun ("an
// integer" + " from 1 to 256"), with a comma it follows the whole phrase, any other replaces it. An empty `holds` is no
// constraint.
template <class T>
struct Check {
  std::string expected;
  std::function<bool(const T&)> holds;
};

[[nodiscard]] std::string expected_phrase(const std::string& type, const std::string& check);

// Both ends included. Converts to the setting's own type: between(1, 256), between(100ms, 1h).
template <class Low, class High>
struct Between {
  Low low;
  High high;
  template <class T>
  operator Check<T>() const {  // NOLINT(google-explicit-constructor): the point of the type
    const T from = static_cast<T>(low);
    const T to = static_cast<T>(high);
    return {" from " + Value<T>::format(from) + " to " + Value<T>::format(to),
            [from, to](const T& value) { return value >= from && value <= to; }};
  }
};

template <class Low, class High>
[[nodiscard]] Between<Low, High> between(Low low, High high) {
  return {low, high};
}

template <class Low>
struct AtLeast {
  Low low;
  template <class T>
  operator Check<T>() const {  // NOLINT(google-explicit-constructor): the point of the type
    const T from = static_cast<T>(low);
    return {" of at least " + Value<T>::format(from), [from](const T& value) { return value >= from; }};
  }
};

template <class Low>
[[nodiscard]] AtLeast<Low> at_least(Low low) {
  return {low};
}

// For text, secrets, lists.
struct NotEmpty {
  template <class T>
  operator Check<T>() const {  // NOLINT(google-explicit-constructor): the point of the type
    return {", not empty", [](const T& value) { return !value.empty(); }};
  }
};

[[nodiscard]] constexpr NotEmpty not_empty() { return {}; }

// "host:port", "127.0.0.1:8080", "[::1]:8080", ":8080" (every address); the port is 0 (any free one) to 65535.
[[nodiscard]] Check<std::string> host_and_port();

// "http://..." or "https://..." with a host.
[[nodiscard]] Check<std::string> http_url();

}  // namespace metricstream::config
