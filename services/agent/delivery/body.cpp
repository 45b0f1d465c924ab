#include "services/agent/delivery/body.hpp"

#include <charconv>
#include <string_view>

#include "common/base/text.hpp"

namespace metricstream::agent {
namespace {

void append_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text);
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

void append_tags(std::string& out, const Tags& tags) {
  out += R"("tags":{)";
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (i > 0) out += ',';
    append_string(out, tags[i].first);
    out += ':';
    append_string(out, tags[i].second);
  }
  out += '}';
}

}  // namespace

void append_sample_json(std::string& out, const Sample& sample) {
  out += R"({"name":)";
  append_string(out, sample.name);
  out += R"(,"value":)";
  append_number(out, sample.value);
  out += R"(,"timestamp":)";
  append_number(out, sample.time % kMillisecond == 0 ? sample.time / kMillisecond : sample.time);
  out += R"(,"type":)";
  append_string(out, to_string(sample.type));
  if (!sample.unit.empty()) {
    out += R"(,"unit":)";
    append_string(out, sample.unit);
  }
  if (!sample.tags.empty()) {
    out += ',';
    append_tags(out, sample.tags);
  }
  out += '}';
}

std::string batch_body(const BodyHead& head, std::span<const std::string> samples) {
  std::string out = R"({"host_id":)";
  append_string(out, head.host);
  if (!head.tags.empty()) {
    out += ',';
    append_tags(out, head.tags);
  }
  out += R"(,"metrics":[)";
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (i > 0) out += ',';
    out += samples[i];
  }
  out += "]}";
  return out;
}

}  // namespace metricstream::agent
