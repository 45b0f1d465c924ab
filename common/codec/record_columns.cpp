#include "common/codec/record_columns.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <protozero/varint.hpp>

#include "common/codec/record.hpp"

namespace metricstream {
namespace {

// Varints end where a byte has its high bit clear, so their number is known before any is read. It is at most the
// column's length: a count never makes us allocate for data that is not there.
std::size_t count_varints(std::string_view column) {
  return static_cast<std::size_t>(
      std::count_if(column.begin(), column.end(), [](char c) { return static_cast<signed char>(c) >= 0; }));
}

// Calls store(i, value) for each varint.
template <class Store>
void read_column(std::string_view column, std::size_t count, Store store) {
  const char* place = column.data();
  const char* const end = place + column.size();
  for (std::size_t i = 0; i < count; ++i) store(i, protozero::decode_varint(&place, end));
  if (place != end) throw MalformedRecord("a column ends inside a number");
}

std::uint64_t bits(TimeNs time) { return static_cast<std::uint64_t>(time); }

bool is_out_of_range(TimeNs time) { return time > kMaxRecordTime || time < -kMaxRecordTime; }

[[noreturn]] void fail_out_of_range(const char* name) {
  throw MalformedRecord(std::string(name) + ": a time outside the range of years 1716 to 2223");
}

bool has_control(std::string_view text) {
  bool found = false;
  for (const char c : text) found |= static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  return found;
}

}  // namespace

void read_positions(std::string_view column, std::uint64_t bound, const char* name, std::vector<std::uint32_t>& out) {
  out.resize(count_varints(column));
  std::uint64_t largest = 0;
  read_column(column, out.size(), [&](std::size_t i, std::uint64_t value) {
    largest = std::max(largest, value);
    out[i] = static_cast<std::uint32_t>(value);
  });
  if (!out.empty() && largest >= bound) {
    throw MalformedRecord(std::string(name) + ": " + std::to_string(largest) + " refers to nothing, the limit is " +
                          std::to_string(bound));
  }
}

void read_ascending(std::string_view column, std::uint64_t bound, const char* name, std::vector<std::uint32_t>& out) {
  read_positions(column, bound, name, out);
  if (std::ranges::adjacent_find(out, std::ranges::greater_equal{}) != out.end()) {
    throw MalformedRecord(std::string(name) + ": not ascending");
  }
}

void read_delta_times(std::string_view column, TimeNs start, const char* name, std::vector<TimeNs>& out) {
  out.resize(count_varints(column));
  std::uint64_t time = bits(start);
  bool bad = false;
  read_column(column, out.size(), [&](std::size_t i, std::uint64_t value) {
    time += bits(protozero::decode_zigzag64(value));
    out[i] = static_cast<TimeNs>(time);
    bad |= is_out_of_range(out[i]);
  });
  if (bad) fail_out_of_range(name);
}

void read_offset_times(std::string_view column, TimeNs base, const char* name, std::vector<TimeNs>& out) {
  out.resize(count_varints(column));
  bool bad = false;
  read_column(column, out.size(), [&](std::size_t i, std::uint64_t value) {
    out[i] = static_cast<TimeNs>(bits(base) + bits(protozero::decode_zigzag64(value)));
    bad |= is_out_of_range(out[i]);
  });
  if (bad) fail_out_of_range(name);
}

void read_values(std::string_view column, std::vector<double>& out) {
  static_assert(std::endian::native == std::endian::little, "protobuf's doubles are little-endian");
  if (column.size() % sizeof(double) != 0) throw MalformedRecord("values: the column ends inside a number");
  out.resize(column.size() / sizeof(double));
  if (!out.empty()) std::memcpy(out.data(), column.data(), column.size());
  constexpr std::uint64_t exponent = 0x7ff0'0000'0000'0000;  // all ones: infinity or not a number
  bool bad = false;
  for (const double value : out) bad |= (std::bit_cast<std::uint64_t>(value) & exponent) == exponent;
  if (bad) throw MalformedRecord("values: a value is not finite");
}

void require_printable(std::string_view text, const char* name) {
  if (has_control(text)) throw MalformedRecord(std::string(name) + ": a string with a control byte");
}

void require_plain(std::string_view text, const char* name) {
  if (has_control(text) || text.ends_with('\\')) {
    throw MalformedRecord(std::string(name) + ": a string with a control byte or a backslash at its end");
  }
}

}  // namespace metricstream
