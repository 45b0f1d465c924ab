#include "common/codec/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "common/codec/record.hpp"

namespace metricstream {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A JSON number as 0.DIGITS x 10^point, without leading zeros.
struct Decimal {
  static constexpr std::size_t kDigits = 40;  // more than 19 + 9: what lies behind them cannot matter
  std::array<char, kDigits> digits{};
  std::size_t count = 0;
  std::int64_t point = 0;
  bool is_negative = false;

  // 0 beyond the digits, also where the number is below 0.1.
  [[nodiscard]] unsigned digit(std::int64_t i) const {
    if (i < 0 || i >= static_cast<std::int64_t>(count)) return 0;
    return static_cast<unsigned>(digits[static_cast<std::size_t>(i)] - '0');
  }
};

// `exponent` is the text behind the e. Clamped: no timestamp has an exponent of a thousand.
std::int64_t parse_exponent(std::string_view exponent) {
  const bool is_negative = exponent.starts_with('-');
  if (is_negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : exponent) value = std::min<std::int64_t>(value * 10 + (c - '0'), 1'000'000'000);
  return is_negative ? -value : value;
}

Decimal parse_decimal(std::string_view number) {
  Decimal out;
  out.is_negative = number.starts_with('-');
  if (out.is_negative) number.remove_prefix(1);
  bool is_fraction = false;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const char c = number[i];
    if (c == '.') {
      is_fraction = true;
    } else if (!is_digit(c)) {
      out.point += parse_exponent(number.substr(i + 1));
      break;
    } else if (out.count == 0 && c == '0') {
      if (is_fraction) --out.point;
    } else {
      if (!is_fraction) ++out.point;
      if (out.count < Decimal::kDigits) out.digits[out.count++] = c;
    }
  }
  return out;
}

// The digits of the fraction that are whole ns of a unit, by the timestamp's magnitude.
int fraction_digits(std::uint64_t whole) {
  if (whole < 5'000'000'000) return 9;
  if (whole < 5'000'000'000'000) return 6;
  if (whole < 5'000'000'000'000'000) return 3;
  return 0;
}

constexpr std::array<std::uint64_t, 10> kPowersOfTen{1,       10,        100,        1'000,       10'000,
                                                     100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

std::optional<TimeNs> to_time(std::uint64_t ns, bool is_negative) {
  if (ns > static_cast<std::uint64_t>(kMaxRecordTime)) return std::nullopt;
  const auto time = static_cast<TimeNs>(ns);
  return is_negative ? -time : time;
}

}  // namespace

std::optional<double> parse_double(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc::result_out_of_range) {  // of both ends: the decimal exponent tells which
    if (parse_decimal(number).point > 0) return std::nullopt;
    return number.starts_with('-') ? -0.0 : 0.0;
  }
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<TimeNs> parse_unix_time(std::string_view number) {
  const Decimal decimal = parse_decimal(number);
  if (decimal.count == 0) return 0;
  if (decimal.point > 19) return std::nullopt;
  std::uint64_t ns = 0;  // 19 digits fit
  for (std::int64_t i = 0; i < decimal.point; ++i) ns = ns * 10 + decimal.digit(i);
  const int fraction = fraction_digits(ns);
  for (std::int64_t i = 0; i < fraction; ++i) ns = ns * 10 + decimal.digit(decimal.point + i);
  return to_time(ns, decimal.is_negative);
}

std::optional<TimeNs> parse_unix_time(std::int64_t number) {
  const bool is_negative = number < 0;
  const std::uint64_t whole = is_negative ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  return to_time(whole * kPowersOfTen[static_cast<std::size_t>(fraction_digits(whole))], is_negative);
}

}  // namespace metricstream
