#include "services/admin/read_back.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <type_traits>
#include <variant>

#include "common/base/text.hpp"
#include "common/influx/endpoint.hpp"
#include "services/admin/record_lines.hpp"

namespace metricstream::admin {
namespace {

// How the sink's `schema: single` names things.
constexpr std::string_view kSingleMeasurement = "server_metrics";
constexpr std::string_view kNameTag = "metric_name";
constexpr std::string_view kTime = "time";
constexpr std::size_t kLongestText = 256;

std::string exact_text(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end};
}

// Three decimals are enough for eyes; what they would show as 0, or what has more digits than a double, is exact.
std::string short_text(double value) {
  if (value == 0 || std::fabs(value) < 0.001 || std::fabs(value) >= 1e15) return exact_text(value);
  char digits[64];
  const int length = std::snprintf(digits, sizeof digits, "%.3f", value);
  std::string text(digits, static_cast<std::size_t>(length));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string text_of(const InfluxValue& value, bool exact) {
  return std::visit(
      [exact](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) return "";
        if constexpr (std::is_same_v<Held, bool>) return held ? "true" : "false";
        if constexpr (std::is_same_v<Held, std::int64_t>) return std::to_string(held);
        if constexpr (std::is_same_v<Held, double>) return exact ? exact_text(held) : short_text(held);
        if constexpr (std::is_same_v<Held, std::string>) return printable(held, kLongestText);
      },
      value);
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

std::string tag_of(const InfluxSeries& series, const std::string& key) {
  const auto found = std::ranges::find(series.tags, key, &std::pair<std::string, std::string>::first);
  return found == series.tags.end() ? "" : printable(found->second, kLongestText);
}

std::string condition(std::string_view tag, std::string_view value) {
  return " AND " + influx::quoted_identifier(tag) + " = " + influx::quoted_string(value);
}

}  // namespace

std::string select_statement(const ReadBack& wanted) {
  const auto measurement = wanted.single_measurement ? kSingleMeasurement : std::string_view(wanted.metric);
  std::string statement = "SELECT * FROM " + influx::quoted_identifier(measurement) + " WHERE time > now() - " +
                          std::to_string(wanted.last.count()) + "ns";
  if (wanted.single_measurement) statement += condition(kNameTag, wanted.metric);
  for (const auto& [key, value] : wanted.tags) statement += condition(key, value);
  return statement + " GROUP BY *";
}

Table table_of(const std::vector<InfluxSeries>& series, bool exact) {
  std::vector<std::string> tags;
  std::vector<std::string> fields;
  for (const auto& one : series) {
    for (const auto& [key, value] : one.tags) {
      if (!value.empty()) add_once(tags, key);
    }
    for (const auto& column : one.columns) {
      if (column != kTime) add_once(fields, column);
    }
  }
  std::ranges::sort(tags);
  Table table{.heading = {std::string(kTime)}, .rows = {}};
  table.heading.insert(table.heading.end(), tags.begin(), tags.end());
  table.heading.insert(table.heading.end(), fields.begin(), fields.end());
  for (const auto& one : series) {
    for (const auto& values : one.rows) {
      auto& row = table.rows.emplace_back();
      const auto at = [&](std::string_view column) {
        const auto index = one.column(column);
        return index < values.size() ? values[index] : InfluxValue{};
      };
      const InfluxValue time = at(kTime);
      const auto* ns = std::get_if<std::int64_t>(&time);
      row.push_back(ns != nullptr ? format_time(*ns) : text_of(time, exact));
      for (const auto& tag : tags) row.push_back(tag_of(one, tag));
      for (const auto& field : fields) row.push_back(text_of(at(field), exact));
    }
  }
  return table;
}

}  // namespace metricstream::admin
