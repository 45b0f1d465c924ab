#include "tests/unit/aggregator/support/truth.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <tuple>

namespace metricstream::fold::test {
namespace {

struct Stored {
  TimeNs time;
  double value;
  auto operator<=>(const Stored&) const = default;
};

TimeNs start_of(TimeNs time, TimeNs size) { return time / size * size; }  // tests live after 1970

std::string text_of(const std::string& name, const std::map<std::string, std::string>& tags) {
  std::string out = name;
  for (const auto& [key, value] : tags) out.append(",").append(key).append("=").append(value);
  return out;
}

std::string output_text(const std::string& client, const std::string& name, const Tags& tags, const Tags& attributes) {
  std::map<std::string, std::string> all(attributes.begin(), attributes.end());
  all["client_id"] = client;
  for (const auto& [key, value] : tags) all[key] = value;
  return text_of(name, all);
}

bool globs(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::uint32_t rule_of(const FoldSettings& settings, const LoggedSample& sample) {
  for (std::uint32_t i = 0;; ++i) {
    const Rule& rule = settings.rules.at(i);
    bool matches = globs(rule.name_glob, sample.name);
    for (const auto& [key, glob] : rule.tag_globs) {
      const auto tag = std::ranges::find(sample.tags, key, [](const auto& t) { return t.first; });
      matches = matches && tag != sample.tags.end() && globs(glob, tag->second);
    }
    if (matches) return i;
  }
}

Tags group_tags(const Rule& rule, const Tags& tags) {
  Tags out;
  for (const auto& tag : tags) {
    const bool named = std::ranges::count(rule.tags, tag.first) > 0;
    if (rule.grouping == Grouping::none || (rule.grouping == Grouping::by && named) ||
        (rule.grouping == Grouping::without && !named)) {
      out.push_back(tag);
    }
  }
  return out;
}

// A series: everything ever stored of it.
struct History {
  LoggedSample shape;  // name and tags
  std::string client;
  std::uint32_t rule = 0;
  std::map<TimeNs, double> readings;
  std::vector<Stored> others;
  std::map<TimeNs, MetricType> types;  // by block: of its first record
  std::map<TimeNs, Tags> attributes;   // likewise
  std::vector<Stored> all;             // by time and value, once everything is read

  void finish() {
    all = others;
    for (const auto& [time, value] : readings) all.push_back({time, value});
    std::ranges::sort(all);
  }
};

class Model {
 public:
  explicit Model(const FoldSettings& settings) : settings_(settings), block_(settings.block()) {}

  void read(std::size_t offset, const LoggedRecord& record) {
    for (const LoggedSample& sample : record.samples) read(offset, record, sample);
  }

  Truth finish() {
    std::map<std::tuple<std::string, TimeNs, TimeNs>, std::vector<const History*>> windows;
    for (auto& [key, history] : series_) history.finish();
    for (const auto& [key, history] : series_) {
      const Rule& rule = settings_.rules.at(history.rule);
      for (const WindowSize& window : settings_.windows) {
        if (!rule.sizes.empty() && std::ranges::count(rule.sizes, window.size) == 0) continue;
        std::set<TimeNs> starts;
        for (const Stored& s : history.all) starts.insert(start_of(s.time, window.size));
        for (const TimeNs start : starts)
          windows[{written_as(history, rule, start), window.size, start}].push_back(&history);
      }
    }
    for (const auto& [name, members] : windows) {
      const auto& [text, size, start] = name;
      truth_.points[{size, start, text}] = result(members, start, start + size);
    }
    return std::move(truth_);
  }

 private:
  void read(std::size_t offset, const LoggedRecord& record, const LoggedSample& sample) {
    ++truth_.samples;
    const std::uint32_t rule = rule_of(settings_, sample);
    if (settings_.rules.at(rule).drop) {
      ++truth_.dropped;
      return;
    }
    if (record.key && !indexes_.insert({record.client, *record.key, sample.index}).second) {
      ++truth_.duplicate;
      return;
    }
    const std::string key = record.client + "\n" + text_of(sample.name, {sample.tags.begin(), sample.tags.end()});
    if (is_known_reading(key, sample)) {
      ++truth_.duplicate;
      return;
    }
    enter(offset, record, sample, key, rule);
  }

  static bool is_reading(const LoggedSample& sample) { return sample.type != MetricType::histogram; }
  static bool is_own(const LoggedSample& sample) { return is_reading(sample) && sample.placement == Placement::own; }

  // Whether a reading came before, under its own timestamp or under one that was replaced.
  bool is_known_reading(const std::string& key, const LoggedSample& sample) {
    if (is_own(sample)) {
      if (adjusted_.contains({key, sample.time})) return true;
      const auto& readings = series_[key].readings;
      const auto found = readings.find(sample.time);
      return found != readings.end() && found->second == sample.value;
    }
    if (!is_reading(sample) || sample.placement != Placement::adjusted) return false;
    return series_[key].readings.contains(sample.original) || !adjusted_.insert({key, sample.original}).second;
  }

  void enter(std::size_t offset, const LoggedRecord& record, const LoggedSample& sample, const std::string& key,
             std::uint32_t rule) {
    History& history = series_[key];
    history.shape = sample;
    history.client = record.client;
    history.rule = rule;
    if (is_own(sample) && history.readings.contains(sample.time)) {
      ++truth_.replaced;
    } else {
      ++truth_.counted;
      truth_.inserted.emplace_back(offset, sample.time);
    }
    if (is_own(sample)) {
      history.readings[sample.time] = sample.value;
    } else {
      history.others.push_back({sample.time, sample.value});
    }
    const TimeNs block = start_of(sample.time, block_);
    history.types.try_emplace(block, sample.type);
    history.attributes.try_emplace(block, record.attributes);
    const Tags group = group_tags(settings_.rules.at(rule), sample.tags);
    group_attributes_.try_emplace({record.client, sample.name, group, block}, record.attributes);
    if (settings_.rules.at(rule).raw) write_raw(offset, history, sample, block);
  }

  // What is written under one name is computed together, however it came to that name.
  std::string written_as(const History& history, const Rule& rule, TimeNs start) const {
    const Tags group = group_tags(rule, history.shape.tags);
    const auto name = std::tuple(history.client, history.shape.name, group, start_of(start, block_));
    return output_text(history.client, history.shape.name, group, group_attributes_.at(name));
  }

  void write_raw(std::size_t offset, const History& history, const LoggedSample& sample, TimeNs block) {
    TimeNs time = sample.time;
    if (!is_own(sample)) time = start_of(time, kMillisecond) + static_cast<TimeNs>(offset) % 1000 * 1000 + sample.index;
    const std::string text = output_text(history.client, sample.name, sample.tags, history.attributes.at(block));
    truth_.points[{0, time, text}] = {{"value", sample.value}};
  }

  // `members` ascend by series key, since they came out of a map.
  FieldMap result(const std::vector<const History*>& members, TimeNs begin, TimeNs end) const {
    std::vector<std::tuple<TimeNs, std::size_t, double>> ordered;
    std::set<std::uint32_t> rules;
    bool counters = false;
    double increase = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (const Stored& s : members[i]->all) {
        if (s.time >= begin && s.time < end) ordered.emplace_back(s.time, i, s.value);
      }
      rules.insert(members[i]->rule);
      if (!is_counter(*members[i], begin)) continue;
      counters = true;
      increase += increase_of(*members[i], begin, end);
    }
    std::ranges::sort(ordered);
    std::vector<double> values;
    values.reserve(ordered.size());
    for (const auto& [time, rank, value] : ordered) values.push_back(value);

    std::set<std::string> names;
    for (const std::uint32_t rule : rules) {
      for (const Field& field : settings_.rules.at(rule).fields) names.insert(field.name);
      if (!settings_.rules.at(rule).fields.empty()) continue;
      names.insert({"count", "sum", "min", "max", "avg", "p50", "p95", "p99"});
      if (counters) names.insert("increase");
    }
    FieldMap out;
    for (const std::string& name : names) out[name] = name == "increase" ? increase : naive_field(name, values);
    return out;
  }

  bool is_counter(const History& history, TimeNs time) const {
    return history.types.at(start_of(time, block_)) == MetricType::counter;
  }

  double increase_of(const History& history, TimeNs begin, TimeNs end) const {
    double total = 0;
    std::optional<Stored> before;
    for (const Stored& s : history.all) {
      if (s.time >= end) break;
      if (s.time >= begin && before && s.time - before->time <= settings_.predecessor_window) {
        total += s.value < before->value ? s.value : s.value - before->value;
      }
      if (is_counter(history, s.time)) before = s;
    }
    return total;
  }

  const FoldSettings& settings_;
  TimeNs block_;
  std::set<std::tuple<std::string, LoggedKey, std::uint32_t>> indexes_;
  std::set<std::pair<std::string, TimeNs>> adjusted_;
  std::map<std::string, History> series_;
  std::map<std::tuple<std::string, std::string, Tags, TimeNs>, Tags> group_attributes_;  // by group and block
  Truth truth_;
};

}  // namespace

Truth truth_of(std::span<const LoggedRecord> log, const FoldSettings& settings) {
  Model model(settings);
  for (std::size_t offset = 0; offset < log.size(); ++offset) model.read(offset, log[offset]);
  return model.finish();
}

double naive_field(const std::string& name, std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  if (name == "count") return n;
  if (name == "sum") return sum;
  if (name == "avg") return sum / n;
  if (name == "min") return sorted.front();
  if (name == "max") return sorted.back();
  if (name == "first") return values.front();
  if (name == "last") return values.back();
  if (name == "stddev") {
    double squares = 0;
    for (const double value : values) squares += (value - sum / n) * (value - sum / n);
    return std::sqrt(squares / n);
  }
  // p + digits: the smallest rank whose share is at least the quantile, in whole numbers.
  const std::uint64_t digits = std::stoull(name.substr(1));
  std::uint64_t scale = 1;
  for (std::size_t i = 1; i < name.size(); ++i) scale *= 10;
  std::size_t rank = 1;
  while (rank * scale < digits * sorted.size()) ++rank;
  return sorted[rank - 1];
}

}  // namespace metricstream::fold::test
