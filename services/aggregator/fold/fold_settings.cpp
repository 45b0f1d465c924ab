#include "services/aggregator/fold/fold_settings.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "common/base/duration.hpp"
#include "common/base/hash.hpp"

namespace metricstream::fold {
namespace {

constexpr TimeNs kLongest = 30 * 24 * kHour;  // what a log may keep; sums of these stay far from the end of the range

std::string show(TimeNs duration) { return format_duration(std::chrono::nanoseconds{duration}); }

void append(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void append(std::string& out, TimeNs number) {
  out += std::to_string(number);
  out += ';';
}

// Lengths go before strings, so that two different settings never have the same text.
void append(std::string& out, const Rule& rule) {
  append(out, rule.name_glob);
  for (const auto& [key, glob] : rule.tag_globs) {
    append(out, key);
    append(out, glob);
  }
  out += '|';
  for (const TimeNs size : rule.sizes) append(out, size);
  out += '|';
  for (const Field& field : rule.fields) append(out, field.name);
  append(out, static_cast<TimeNs>(rule.grouping));
  for (const std::string& tag : rule.tags) append(out, tag);
  out += rule.raw ? 'r' : '-';
  out += rule.drop ? 'd' : '-';
}

using Faults = std::vector<SettingFault>;

std::string element(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

void check_rule(const FoldSettings& settings, const Rule& rule, const std::string& path, Faults& out) {
  for (std::size_t i = 0; i < rule.sizes.size(); ++i) {
    if (std::ranges::find(settings.windows, rule.sizes[i], &WindowSize::size) == settings.windows.end()) {
      out.push_back({element(path + ".sizes", i), show(rule.sizes[i]) + " is none of the configured windows"});
    }
  }
  const std::string tags = path + (rule.grouping == Grouping::by ? ".by" : ".without");
  const auto client = std::ranges::find(rule.tags, "client_id");
  if (client != rule.tags.end()) {
    out.push_back({element(tags, static_cast<std::size_t>(client - rule.tags.begin())),
                   "client_id cannot be named here: it always stays, since a group must not span partitions"});
  }
  for (std::size_t i = 0; i < rule.fields.size(); ++i) {
    const auto earlier = std::span(rule.fields).first(i);
    if (std::ranges::find(earlier, rule.fields[i].name, &Field::name) != earlier.end()) {
      out.push_back({element(path + ".fields", i), rule.fields[i].name + " is there twice"});
    }
  }
}

void check_times(const FoldSettings& settings, Faults& out) {
  if (settings.partitions < 1) {
    out.push_back({"kafka.partitions", "at least 1, not " + std::to_string(settings.partitions)});
  }
  struct Time {
    const char* path;
    TimeNs value;
    TimeNs least;
  };
  const Time times[] = {
      {"time.max_age", settings.max_age, kSecond},
      {"time.max_future", settings.max_future, 0},
      {"time.max_clock_error", settings.max_clock_error, 0},
      {"state.delivery_slack", settings.delivery_slack, 0},
      {"state.revision_interval", settings.revision_interval, kSecond},
      {"state.repeat_window", settings.repeat_window, 0},
      {"state.predecessor_window", settings.predecessor_window, 0},
  };
  for (const Time& time : times) {
    if (time.value < time.least)
      out.push_back({time.path, "at least " + show(time.least) + ", not " + show(time.value)});
    if (time.value > kLongest) out.push_back({time.path, "at most 30d, not " + show(time.value)});
  }
}

void check_window(const FoldSettings& settings, std::size_t index, Faults& out) {
  const WindowSize& window = settings.windows[index];
  const std::string path = element("windows", index);
  const auto earlier = std::span(settings.windows).first(index);
  if (window.size < kSecond || window.size > 10 * kMinute) {
    out.push_back({path + ".size", show(window.size) + " is outside 1s to 10m (1h and 1d are rollups)"});
  } else if (settings.block() % window.size != 0) {
    out.push_back({path + ".size", show(window.size) + " does not divide the largest size, " + show(settings.block())});
  } else if (std::ranges::find(earlier, window.size, &WindowSize::size) != earlier.end()) {
    out.push_back({path + ".size", show(window.size) + " is there twice"});
  }
  if (window.grace < 0) out.push_back({path + ".grace", "must not be negative, is " + show(window.grace)});
  if (window.grace > settings.horizon()) {
    out.push_back({path + ".grace", show(window.grace) + " is longer than the horizon, " + show(settings.horizon()) +
                                        " (time.max_age + state.delivery_slack + time.max_clock_error)"});
  }
}

}  // namespace

TimeNs FoldSettings::block() const { return std::ranges::max_element(windows, {}, &WindowSize::size)->size; }

std::string FoldSettings::hash() const {
  std::string text;
  for (const WindowSize& window : windows) {
    append(text, window.size);
    append(text, window.grace);
  }
  text += '|';
  for (const TimeNs number : {static_cast<TimeNs>(partitions), max_age, max_future, delivery_slack, max_clock_error,
                              revision_interval, repeat_window, predecessor_window, static_cast<TimeNs>(layout)}) {
    append(text, number);
  }
  for (std::uint32_t i = 0; i < rules.size(); ++i) append(text, rules.at(i));
  return to_hex(hash64(text));
}

std::vector<SettingFault> faults_of(const FoldSettings& settings) {
  Faults out;
  if (settings.windows.empty()) out.push_back({"windows", "expected at least one, such as {size: 1m, grace: 10s}"});
  check_times(settings, out);
  for (std::size_t i = 0; i < settings.windows.size(); ++i) check_window(settings, i, out);
  for (std::uint32_t i = 0; i < settings.rules.size(); ++i) {
    check_rule(settings, settings.rules.at(i), element("rules", i), out);
  }
  return out;
}

}  // namespace metricstream::fold
