#include "services/aggregator/fold/field.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace metricstream::fold {
namespace {

constexpr std::array<std::pair<std::string_view, FieldKind>, 9> kNamed{{{"count", FieldKind::count},
                                                                        {"sum", FieldKind::sum},
                                                                        {"min", FieldKind::min},
                                                                        {"max", FieldKind::max},
                                                                        {"avg", FieldKind::avg},
                                                                        {"first", FieldKind::first},
                                                                        {"last", FieldKind::last},
                                                                        {"stddev", FieldKind::stddev},
                                                                        {"increase", FieldKind::increase}}};

// The digits after p are the decimals behind "0.": p5 would be ambiguous (5 % or 50 %), so two digits at least.
bool parse_quantile(std::string_view digits, std::uint32_t& millionths) {
  if (digits.size() < 2 || digits.size() > 6 || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  const std::string text = std::string(digits) + std::string(6 - digits.size(), '0');
  std::from_chars(text.data(), text.data() + text.size(), millionths);
  return millionths > 0;
}

}  // namespace

Result<Field> parse_field(std::string_view name) {
  for (const auto& [known, kind] : kNamed) {
    if (known == name) return Field{kind, std::string(name)};
  }
  std::uint32_t millionths = 0;
  if (name.starts_with('p') && parse_quantile(name.substr(1), millionths)) {
    return Field{FieldKind::percentile, std::string(name), millionths};
  }
  return fail(
      "'" + std::string(name) +
      "' is no field: expected count, sum, min, max, avg, first, last, stddev, increase or a percentile such as "
      "p50, p95, p99, p999");
}

const std::vector<Field>& default_fields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> out;
    for (const std::string_view name : {"count", "sum", "min", "max", "avg", "p50", "p95", "p99"}) {
      out.push_back(*parse_field(name));
    }
    return out;
  }();
  return fields;
}

const Field& increase_field() {
  static const Field field{FieldKind::increase, "increase"};
  return field;
}

}  // namespace metricstream::fold
