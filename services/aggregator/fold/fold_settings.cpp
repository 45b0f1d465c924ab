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

Result<void> check_rule(const FoldSettings& settings, const Rule& rule, std::size_t position) {
  const std::string where = "rule " + std::to_string(position + 1) + " (match " + rule.name_glob + "): ";
  for (const TimeNs size : rule.sizes) {
    if (std::ranges::none_of(settings.windows, [&](const WindowSize& w) { return w.size == size; })) {
      return fail(where + "size " + show(size) + " is none of the configured windows");
    }
  }
  if (std::ranges::find(rule.tags, "client_id") != rule.tags.end()) {
    return fail(where +
                "client_id cannot be named in by or without: it always stays, since a group must not span "
                "partitions");
  }
  for (std::size_t i = 0; i < rule.fields.size(); ++i) {
    const auto earlier = std::span(rule.fields).first(i);
    if (std::ranges::find(earlier, rule.fields[i].name, &Field::name) != earlier.end()) {
      return fail(where + "field " + rule.fields[i].name + " is there twice");
    }
  }
  return {};
}

Result<void> check_times(const FoldSettings& settings) {
  if (settings.partitions < 1) return fail("kafka.partitions: at least 1, not " + std::to_string(settings.partitions));
  const std::pair<const char*, TimeNs> positive[] = {{"max_age", settings.max_age},
                                                     {"revision_interval", settings.revision_interval}};
  for (const auto& [name, value] : positive) {
    if (value < kSecond) return fail(std::string("time.") + name + ": at least 1s, not " + show(value));
  }
  const std::pair<const char*, TimeNs> all[] = {
      {"max_age", settings.max_age},
      {"max_future", settings.max_future},
      {"delivery_slack", settings.delivery_slack},
      {"max_clock_error", settings.max_clock_error},
      {"revision_interval", settings.revision_interval},
      {"repeat_window", settings.repeat_window},
      {"predecessor_window", settings.predecessor_window},
  };
  for (const auto& [name, value] : all) {
    if (value < 0) return fail(std::string("time.") + name + ": must not be negative, is " + show(value));
    if (value > kLongest) return fail(std::string("time.") + name + ": at most 30d, not " + show(value));
  }
  return {};
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

Result<void> check(const FoldSettings& settings) {
  if (settings.windows.empty()) return fail("windows: at least one size is needed, such as {size: 1m, grace: 10s}");
  if (auto ok = check_times(settings); !ok) return ok;
  const TimeNs block = settings.block();
  for (std::size_t i = 0; i < settings.windows.size(); ++i) {
    const WindowSize& window = settings.windows[i];
    if (window.size < kSecond || window.size > 10 * kMinute) {
      return fail("windows: size " + show(window.size) + " is outside 1s to 10m (1h and 1d are rollups)");
    }
    if (window.grace > settings.horizon()) {
      return fail("windows: grace " + show(window.grace) + " of " + show(window.size) + " is longer than the horizon " +
                  show(settings.horizon()) + " (max_age + delivery slack + max_clock_error)");
    }
    if (window.grace < 0) return fail("windows: grace of " + show(window.size) + " is negative");
    if (block % window.size != 0) {
      return fail("windows: size " + show(window.size) + " does not divide the largest size " + show(block));
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (settings.windows[k].size == window.size)
        return fail("windows: size " + show(window.size) + " is there twice");
    }
  }
  for (std::uint32_t i = 0; i < settings.rules.size(); ++i) {
    if (auto ok = check_rule(settings, settings.rules.at(i), i); !ok) return ok;
  }
  return {};
}

}  // namespace metricstream::fold
