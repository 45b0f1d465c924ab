#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/codec/json_batch.hpp"
#include "tests/unit/codec/random_parts.hpp"

// Bodies by chance, each with what must come of it: the outcome is worked out beside the text from the written rules
// (docs/http-api.md), with maps and strings, sample by sample, and shares nothing with the decoder but Reason.
namespace metricstream::testing {

struct ExpectedSample {
  std::string name;
  std::string unit;
  MetricType type = MetricType::gauge;
  std::map<std::string, std::string> tags;
  std::optional<TimeNs> own_time;  // the client's; none: by arrival
  double value = 0;
};

struct ExpectedBody {
  std::string text;
  BodyFormat format = BodyFormat::json;
  std::vector<std::pair<std::optional<Reason>, ExpectedSample>> samples;  // a reason: refused
  std::uint32_t unknown_members = 0;
  std::uint32_t ignored_fields = 0;
};

class RandomBody : private RandomParts {
 public:
  RandomBody(std::mt19937_64& random, TimeNs now) : RandomParts(random, now) {}

  ExpectedBody make() {
    body_ = ExpectedBody{};
    defaults_ = Tags{};
    default_time_ = Time{};
    host_.clear();
    switch (below(5)) {
      case 0:
        make_array();
        break;
      case 1:
        make_single();
        break;
      case 2:
        make_flat();
        break;
      case 3:
        make_lines();
        break;
      default:
        make_batch();
    }
    return std::move(body_);
  }

 private:
  void add_unknown(Members& members) {
    for (std::size_t i = 0; chance(4) && i < 3; ++i) {
      members.emplace_back("x" + std::to_string(i),
                           one_of<std::string>({"null", "[1,{\"a\":1,\"a\":2}]", "\"text\"", "{\"name\":5}", "false"}));
      ++body_.unknown_members;
    }
  }

  // A sample object under way: its text, and what its members mean by themselves.
  struct Draft {
    Members members;
    ExpectedSample sample;
    std::optional<Reason> name_fault;  // where there is no text to check
    std::optional<Reason> kind_fault;
    std::vector<std::pair<std::string, Value>> values;  // by field; "" is the sample's own value
  };

  // One sample object, and what it becomes under the defaults, which must be known by now.
  std::string make_sample(bool must_have_name, Members members = {}) {
    Draft draft{.members = std::move(members), .sample = {}, .name_fault = {}, .kind_fault = {}, .values = {}};
    add_name(draft, must_have_name);
    add_kind(draft);
    const Tags tags = make_tags();
    if (tags.text) draft.members.emplace_back("tags", *tags.text);
    const Time time = make_time();
    if (time.text) draft.members.emplace_back("timestamp", *time.text);
    add_values(draft);
    add_unknown(draft.members);
    // A field's name is made of the sample's, whatever that is, and checked like any other.
    for (const auto& [field, value] : draft.values) {
      ExpectedSample one = draft.sample;
      if (!field.empty() && field != "value") one.name += "_" + field;
      const auto fault =
          draft.name_fault ? draft.name_fault : first_fault(one.name, value, draft.kind_fault, tags, time);
      body_.samples.emplace_back(fault, finished(one, value, tags, time));
    }
    return object(std::move(draft.members));
  }

  void add_name(Draft& draft, bool must_be_there) {
    if (!must_be_there && chance(20)) {
      draft.name_fault = Reason::missing_name;
    } else if (chance(40)) {
      draft.name_fault = Reason::invalid_name;
      draft.members.emplace_back("name", one_of<std::string>({"1", "null", "[\"a\"]"}));
    } else {
      draft.sample.name = chance(15) ? one_of<std::string>({"", "a b", "#a", "9a", "\\", std::string(129, 'n')})
                                     : one_of<std::string>({"cpu", "mem.used", "_x", "a/b:c-d"});
      draft.members.emplace_back("name", quoted(draft.sample.name));
    }
  }

  void add_kind(Draft& draft) {
    if (chance(2)) {
      const std::vector<std::pair<std::string, MetricType>> types{
          {"gauge", MetricType::gauge}, {"counter", MetricType::counter}, {"timer", MetricType::histogram}};
      const auto& [type, kind] = one_of(types);
      draft.sample.type = kind;
      if (chance(15)) draft.kind_fault = Reason::unknown_type;
      draft.members.emplace_back(
          "type", draft.kind_fault ? one_of<std::string>({"\"Gauge\"", "null", "7", "{}"}) : quoted(type));
    }
    if (!chance(5)) return;
    draft.sample.unit = one_of<std::string>({"", "ms", "bytes"});
    const bool is_bad = chance(8);
    draft.members.emplace_back("unit",
                               is_bad ? one_of<std::string>({"1", "null", "\"\\n\""}) : quoted(draft.sample.unit));
    if (is_bad && !draft.kind_fault) draft.kind_fault = Reason::invalid_unit;
  }

  void add_values(Draft& draft) {
    const bool has_fields = chance(4);
    if ((!has_fields || chance(3)) && !chance(20)) {
      draft.values.emplace_back("", make_value());
      draft.members.emplace_back("value", draft.values.back().second.text);
    }
    if (has_fields) draft.members.emplace_back("fields", make_fields(draft.values));
    if (draft.values.empty()) draft.values.emplace_back("", Value{"", Reason::missing_value});
  }

  // The order of the checks: a name that is there and text, the value, the name's bytes, type and unit, tags, time.
  std::optional<Reason> first_fault(const std::string& name, const Value& value, std::optional<Reason> kind,
                                    const Tags& tags, const Time& time) const {
    if (value.fault) return value.fault;
    if (const auto fault = name_rule(name)) return fault;
    if (kind) return kind;
    if (tags.fault) return tags.fault;
    if (defaults_.fault) return defaults_.fault;
    if (merged(tags).size() > 20) return Reason::too_many_tags;
    return (time.text ? time : default_time_).fault;
  }

  std::map<std::string, std::string> merged(const Tags& tags) const {
    std::map<std::string, std::string> out = tags.tags;
    out.insert(defaults_.tags.begin(), defaults_.tags.end());
    if (!host_.empty()) out.emplace("host", host_);
    return out;
  }

  ExpectedSample finished(ExpectedSample sample, const Value& value, const Tags& tags, const Time& time) const {
    sample.value = value.value;
    sample.tags = merged(tags);
    const Time& used = time.text ? time : default_time_;
    if (used.text) sample.own_time = used.time;
    return sample;
  }

  std::string make_fields(std::vector<std::pair<std::string, Value>>& values) {
    Members members;
    std::vector<std::string> keys{"value", "user", "idle", "io.wait", "a b"};
    std::ranges::shuffle(keys, random_);
    keys.resize(below(5));
    for (const std::string& key : keys) {
      if (chance(5)) {
        members.emplace_back(key, "\"text\"");
        ++body_.ignored_fields;
      } else if (chance(5)) {
        const bool is_true = chance(2);
        members.emplace_back(key, is_true ? "true" : "false");
        values.emplace_back(key, Value{"", std::nullopt, is_true ? 1.0 : 0.0});
      } else {
        Value value = make_value();
        if (value.text == "true" || value.text.starts_with('"')) value = Value{"null", Reason::invalid_value};
        members.emplace_back(key, value.text);
        values.emplace_back(key, value);
      }
    }
    return object(members, false);
  }

  std::string make_element() {
    if (!chance(25)) return make_sample(false);
    body_.samples.emplace_back(Reason::missing_name, ExpectedSample{});
    return one_of<std::string>({"1", "null", "\"a\"", "[{\"name\":\"a\",\"value\":1}]"});
  }

  std::string make_elements() {
    std::string out = "[";
    for (std::size_t i = 0, n = below(12); i < n; ++i) out += (i > 0 ? "," : "") + space() + make_element();
    return out + space() + "]";
  }

  void make_array() { body_.text = space() + make_elements(); }

  void make_lines() {
    body_.format = BodyFormat::ndjson;
    do {
      body_.text += make_element() + one_of<std::string>({"\n", "\r\n", "\n\n"});
    } while (!chance(6));
  }

  void add_host(Members& members) {
    if (!chance(3)) return;
    host_ = one_of<std::string>({"h1", "h2", ""});
    members.emplace_back(one_of<std::string>({"host_id", "serverId"}), quoted(host_));
  }

  void make_single() {
    Members members;
    add_host(members);
    body_.text = make_sample(true, std::move(members));
  }

  void make_batch() {
    Members members;
    add_host(members);
    add_unknown(members);
    set_defaults(members);
    if (chance(6)) {
      members.emplace_back("name", "\"not a sample\"");
      ++body_.unknown_members;
    }
    members.emplace_back("metrics", make_elements());
    body_.text = object(std::move(members));
  }

  void set_defaults(Members& members) {
    defaults_ = make_tags();
    default_time_ = make_time();
    if (defaults_.text) members.emplace_back("tags", *defaults_.text);
    if (default_time_.text) members.emplace_back("timestamp", *default_time_.text);
  }

  void make_flat() {
    Members members;
    add_host(members);
    add_unknown(members);
    set_defaults(members);
    for (const std::string& key : {"cpu", "value", "type", "a b"}) {
      if (chance(3)) continue;
      Value value = make_value();
      if (value.fault == Reason::invalid_value) ++body_.unknown_members;
      members.emplace_back(key, value.text);
      if (value.fault != Reason::invalid_value) values_.emplace_back(key, value);
    }
    std::ranges::shuffle(members, random_);
    for (const auto& [key, text] : members) {
      const auto value = std::ranges::find(values_, key, [](const auto& entry) { return entry.first; });
      if (value == values_.end()) continue;
      ExpectedSample sample;
      sample.name = key;
      body_.samples.emplace_back(first_fault(key, value->second, std::nullopt, Tags{}, Time{}),
                                 finished(sample, value->second, Tags{}, Time{}));
    }
    values_.clear();
    body_.text = object(std::move(members), false);
  }

  ExpectedBody body_;
  Tags defaults_;
  Time default_time_;
  std::string host_;
  std::vector<std::pair<std::string, Value>> values_;
};

}  // namespace metricstream::testing
