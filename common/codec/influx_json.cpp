#include "common/codec/influx_json.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/text.hpp"
#include "common/codec/json_tree.hpp"
#include "common/codec/number_text.hpp"

namespace metricstream {
namespace {

std::int64_t integer_or_zero(const JsonTree* tree) {
  std::int64_t value = 0;
  const auto* number = tree == nullptr ? nullptr : std::get_if<JsonNumber>(&tree->value);
  if (number != nullptr) std::from_chars(number->text.data(), number->text.data() + number->text.size(), value);
  return value;
}

std::string text_or_empty(const JsonTree* tree) {
  const std::string* text = tree == nullptr ? nullptr : tree->text();
  return text == nullptr ? std::string{} : *text;
}

InfluxValue number_value(const std::string& text) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc{} && end == text.data() + text.size()) return integer;
  const auto value = parse_double(text);
  if (value) return *value;
  return std::monostate{};
}

InfluxValue value_of(const JsonTree& tree) {
  if (const auto* number = std::get_if<JsonNumber>(&tree.value)) return number_value(number->text);
  if (const auto* text = tree.text()) return *text;
  if (const auto* truth = std::get_if<bool>(&tree.value)) return *truth;
  return std::monostate{};
}

InfluxSeries series_of(const JsonTree& tree) {
  InfluxSeries series;
  series.name = text_or_empty(tree.find("name"));
  if (const JsonTree* tags = tree.find("tags")) {
    if (const auto* members = std::get_if<JsonTree::Object>(&tags->value)) {
      for (const auto& [key, value] : *members) series.tags.emplace_back(key, text_or_empty(&value));
    }
  }
  if (const JsonTree* columns = tree.find("columns")) {
    for (const JsonTree& column : columns->elements()) series.columns.push_back(text_or_empty(&column));
  }
  if (const JsonTree* rows = tree.find("values")) {
    for (const JsonTree& row : rows->elements()) {
      auto& values = series.rows.emplace_back();
      for (const JsonTree& value : row.elements()) values.push_back(value_of(value));
      values.resize(series.columns.size());
    }
  }
  return series;
}

Error error_in(const JsonTree& error) { return {"InfluxDB: " + printable(text_or_empty(&error), 500)}; }

}  // namespace

std::optional<double> as_number(const InfluxValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::nullopt;
}

std::size_t InfluxSeries::column(std::string_view column_name) const {
  return static_cast<std::size_t>(std::ranges::find(columns, column_name) - columns.begin());
}

Result<std::vector<InfluxSeries>> parse_influx_query(std::string_view json) {
  const auto tree = parse_json_tree(json);
  if (!tree) return std::unexpected{tree.error()};
  if (const JsonTree* error = tree->find("error")) return std::unexpected{error_in(*error)};
  const JsonTree* results = tree->find("results");
  if (results == nullptr) return fail("no answer of InfluxDB's /query: it has no \"results\"");
  std::vector<InfluxSeries> all;
  for (const JsonTree& result : results->elements()) {
    if (const JsonTree* error = result.find("error")) return std::unexpected{error_in(*error)};
    const JsonTree* series = result.find("series");
    if (series == nullptr) continue;
    for (const JsonTree& one : series->elements()) all.push_back(series_of(one));
  }
  return all;
}

Result<std::vector<InfluxBucket>> parse_influx_buckets(std::string_view json) {
  const auto tree = parse_json_tree(json);
  if (!tree) return std::unexpected{tree.error()};
  const JsonTree* list = tree->find("buckets");
  if (list == nullptr) return fail("no answer of InfluxDB's /api/v2/buckets: it has no \"buckets\"");
  std::vector<InfluxBucket> buckets;
  for (const JsonTree& one : list->elements()) {
    InfluxBucket bucket{.id = text_or_empty(one.find("id")),
                        .org_id = text_or_empty(one.find("orgID")),
                        .name = text_or_empty(one.find("name"))};
    if (const JsonTree* rules = one.find("retentionRules"); rules != nullptr && !rules->elements().empty()) {
      bucket.retention_seconds = integer_or_zero(rules->elements().front().find("everySeconds"));
      bucket.shard_seconds = integer_or_zero(rules->elements().front().find("shardGroupDurationSeconds"));
    }
    buckets.push_back(std::move(bucket));
  }
  return buckets;
}

Result<std::string> parse_influx_org_id(std::string_view json) {
  const auto tree = parse_json_tree(json);
  if (!tree) return std::unexpected{tree.error()};
  const JsonTree* orgs = tree->find("orgs");
  if (orgs == nullptr) return fail("no answer of InfluxDB's /api/v2/orgs: it has no \"orgs\"");
  if (orgs->elements().empty()) return fail("InfluxDB has no such organisation, or the token may not see it");
  return text_or_empty(orgs->elements().front().find("id"));
}

std::string influx_error_text(std::string_view body) {
  if (const auto tree = parse_json_tree(body)) {
    for (const auto* key : {"error", "message"}) {
      const JsonTree* words = tree->find(key);
      if (words != nullptr && words->text() != nullptr) return printable(*words->text(), 500);
    }
  }
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
  return printable(body, 500);
}

}  // namespace metricstream
