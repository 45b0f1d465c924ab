#include "services/admin/record_lines.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "common/base/text.hpp"
#include "common/codec/record_json.hpp"

namespace metricstream::admin {
namespace {

constexpr std::size_t kLongestText = 512;

void append_value(std::string& out, double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

void append_series(std::string& out, const Batch& batch, const SeriesRow& series) {
  out += printable(batch.text(series.name), kLongestText);
  for (std::uint32_t i = 0; i < series.tag_count; ++i) {
    const TagRef tag = batch.tags[series.first_tag + i];
    out += i == 0 ? "{" : ",";
    out += printable(batch.text(tag.key), kLongestText) + "=" + printable(batch.text(tag.value), kLongestText);
  }
  if (series.tag_count > 0) out += "}";
}

std::string text_of(const RecordPlace& place) {
  return std::to_string(place.partition) + "/" + std::to_string(place.offset);
}

std::string text_of(const RequestHeaders& headers) {
  std::string out;
  const auto append = [&out](const char* name, std::optional<std::string_view> value) {
    if (value) out += name + printable(*value, kLongestText);
  };
  append(" request=", headers.request_id);
  append(" batch=", headers.batch_id);
  append(" traceparent=", headers.traceparent);
  return out;
}

void append_json_header(std::string& out, const char* name, std::optional<std::string_view> value) {
  out += '"';
  out += name;
  out += value ? "\":\"" : "\":null";
  if (value) append_json_escaped(out, *value);
  out += value ? "\"," : ",";
}

}  // namespace

std::string format_time(TimeNs time) {
  const TimeNs start = floor_to(time, kSecond);
  const std::time_t seconds = start / kSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const TimeNs rest = time - start;
  char fraction[16];
  if (rest % kMillisecond == 0) {
    std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(rest / kMillisecond));
  } else {
    std::snprintf(fraction, sizeof fraction, ".%09d", static_cast<int>(rest));
  }
  return std::string(text, length) + fraction + "Z";
}

void append_text_lines(const RecordPlace& place, const RequestHeaders* headers, const Record& record,
                       std::string& out) {
  const std::string end = "  " + text_of(place) + (headers != nullptr ? text_of(*headers) : "") + "\n";
  if (record.kind == RecordKind::tick) {
    out += format_time(place.appended_at) + " tick" + end;
    return;
  }
  const Batch& batch = record.batch;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    out += format_time(batch.timestamps[i]) + " client=" + printable(record.client_id, kLongestText) + " ";
    append_series(out, batch, batch.series[batch.sample_series[i]]);
    out += " ";
    append_value(out, batch.values[i]);
    out += end;
  }
}

void append_placed_json_lines(const RecordPlace& place, const RequestHeaders& headers, const Record& record,
                              std::string& out) {
  std::string lines;
  append_json_lines(record, lines);
  std::string front = "{\"partition\":" + std::to_string(place.partition) +
                      ",\"offset\":" + std::to_string(place.offset) +
                      ",\"appended_at_ns\":" + std::to_string(place.appended_at) + ",";
  append_json_header(front, "request_id", headers.request_id);
  append_json_header(front, "batch_id", headers.batch_id);
  append_json_header(front, "traceparent", headers.traceparent);
  std::string_view rest = lines;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    out += front;
    out += rest.substr(1, end);  // behind the opening brace, the newline included
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

}  // namespace metricstream::admin
