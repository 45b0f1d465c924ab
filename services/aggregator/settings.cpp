#include "services/aggregator/settings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace metricstream::aggregator {

using namespace std::chrono_literals;

void describe(config::Schema& schema, WindowSettings& window) {
  schema.field("size", window.size, "Length of the tumbling windows; divides the largest size.",
               config::between(1s, 600s));
  schema.field("grace", window.grace, "A first result is written once stream time is this far past a window's end.",
               config::between(0ns, std::chrono::nanoseconds{1h}));
}

void describe(config::Schema& schema, RuleSettings& rule) {
  schema.field("match", rule.match, "Glob over metric names (* and ?).", config::not_empty());
  schema.field("tags", rule.tags, "Globs over tag values; every tag named here must be there and match.");
  schema.field("sizes", rule.sizes, "Window sizes to write, out of those under windows; empty: all.");
  schema.field(
      "fields", rule.fields,
      "Fields of a result: count, sum, min, max, avg, first, last, stddev, increase, p50, p95, p99, p999, ...; "
      "empty: count, sum, min, max, avg, p50, p95, p99, and increase for counters.");
  schema.field("by", rule.by, "Aggregate over all series that agree in these tags (and client_id).");
  schema.field("without", rule.without, "Aggregate over all series that agree in all tags but these.");
  schema.field("raw", rule.raw, "Write every sample to the raw policy as well.");
  schema.field("drop", rule.drop, "Count these samples as dropped and keep nothing of them.");
}

void describe(config::Schema& schema, GroupSettings& group) {
  schema.field("id", group.id, "Kafka consumer group; all aggregators of one pipeline share it.", config::not_empty());
  schema.field("instance_id", group.instance_id,
               "Static membership: a name that this process keeps over restarts, so that a restart moves no partition; "
               "empty: none.");
  schema.field("session_timeout", group.session_timeout,
               "A silent member loses its partitions after this; writing to InfluxDB stops at 0.8 of it.",
               config::between(1000ms, std::chrono::milliseconds{5min}));
}

void describe(config::Schema& schema, StateSettings& state) {
  schema.field("delivery_slack", state.delivery_slack,
               "A record is in the log at most this long after it was accepted; above the producer's message time-out.",
               config::between(std::chrono::nanoseconds{1s}, std::chrono::nanoseconds{1h}));
  schema.field("revision_interval", state.revision_interval,
               "Results that late samples changed are written again at multiples of this.",
               config::between(std::chrono::nanoseconds{1s}, std::chrono::nanoseconds{1h}));
  schema.field("repeat_window", state.repeat_window,
               "How much later a batch whose samples carry no timestamp may be repeated and still count once.",
               config::between(std::chrono::nanoseconds{0s}, std::chrono::nanoseconds{24h}));
  schema.field("predecessor_window", state.predecessor_window,
               "`increase` looks this far back for a counter's earlier value.",
               config::between(std::chrono::nanoseconds{1s}, std::chrono::nanoseconds{1h}));
}

namespace {

using Faults = std::vector<fold::SettingFault>;

fold::Rule fold_rule(const RuleSettings& settings, const std::string& path, Faults& faults) {
  fold::Rule out;
  out.name_glob = settings.match;
  out.tag_globs = settings.tags;
  for (const std::chrono::seconds size : settings.sizes) out.sizes.push_back(to_ns(size));
  for (std::size_t i = 0; i < settings.fields.size(); ++i) {
    if (Result<fold::Field> field = fold::parse_field(settings.fields[i])) {
      out.fields.push_back(std::move(*field));
    } else {
      faults.push_back({path + ".fields[" + std::to_string(i) + "]", field.error().message});
      out.fields.push_back({.kind = {}, .name = settings.fields[i]});  // so that those behind it keep their places
    }
  }
  if (!settings.by.empty() && !settings.without.empty()) {
    faults.push_back({path + ".without", "by and without exclude each other"});
  }
  if (!settings.by.empty()) {
    out.grouping = fold::Grouping::by;
  } else if (!settings.without.empty()) {
    out.grouping = fold::Grouping::without;
  }
  out.tags = settings.by.empty() ? settings.without : settings.by;
  out.raw = settings.raw;
  out.drop = settings.drop;
  return out;
}

// `faults`: gets all that is wrong.
fold::FoldSettings translated(const AggregatorSettings& settings, Faults& faults) {
  fold::FoldSettings out;
  out.windows.clear();
  for (const WindowSettings& window : settings.windows)
    out.windows.push_back({to_ns(window.size), to_ns(window.grace)});
  std::vector<fold::Rule> rules;
  for (std::size_t i = 0; i < settings.rules.size(); ++i) {
    rules.push_back(fold_rule(settings.rules[i], "rules[" + std::to_string(i) + "]", faults));
  }
  out.rules = fold::RuleSet(std::move(rules));
  if (!settings.sinks.empty() && settings.sinks.front().schema == sink::PointSchema::single) {
    out.layout = fold::Layout::single;
  }
  out.partitions = settings.kafka.partitions;
  out.max_age = to_ns(settings.time.max_age);
  out.max_future = to_ns(settings.time.max_future);
  out.max_clock_error = to_ns(settings.time.max_clock_error);
  out.delivery_slack = to_ns(settings.state.delivery_slack);
  out.revision_interval = to_ns(settings.state.revision_interval);
  out.repeat_window = to_ns(settings.state.repeat_window);
  out.predecessor_window = to_ns(settings.state.predecessor_window);
  std::ranges::move(fold::faults_of(out), std::back_inserter(faults));
  return out;
}

}  // namespace

void describe(config::Schema& schema, AggregatorSettings& settings) {
  schema.section("kafka", settings.kafka, "Where the topic is.");
  schema.section("group", settings.group, "Membership in the consumer group.");
  schema.section("time", settings.time, "As at the ingest services; max_age here must be at least theirs.");
  schema.list("windows", settings.windows, "Tumbling windows. 1h and 1d are rollups, not windows.");
  schema.list("rules", settings.rules, "What happens to which series; the first match wins, without one: everything.");
  schema.list("sinks", settings.sinks, "Where results go; exactly one.");
  schema.section("state", settings.state, "How the aggregation treats late and repeated data.");
  schema.field("queue_limit", settings.queue_limit,
               "Line protocol waiting for InfluxDB; beyond it consuming pauses until half of it is written.",
               config::between(ByteSize{1U << 20}, ByteSize{std::uint64_t{64} << 30}));
  schema.field("shutdown_timeout", settings.shutdown_timeout,
               "At SIGTERM, how long to wait for InfluxDB to take what is queued; the rest is read again from Kafka.",
               config::between(0ms, std::chrono::milliseconds{10min}));
  schema.section("log", settings.log, "Logging to standard error.");
  schema.section("admin", settings.admin, "Listener for health, readiness and metrics.");
  schema.validate(
      [&settings](config::Report& report) {
        if (settings.sinks.size() == 1) return;
        report.error("sinks", "expected exactly one sink, found " + std::to_string(settings.sinks.size()));
      },
      {"sinks"});
  schema.validate(
      [&settings](config::Report& report) {
        Faults faults;
        (void)translated(settings, faults);
        for (fold::SettingFault& fault : faults) report.error(fault.path, std::move(fault.message));
      },
      {"windows", "rules", "time", "state", "kafka"});
}

Result<fold::FoldSettings> fold_settings(const AggregatorSettings& settings) {
  Faults faults;
  fold::FoldSettings out = translated(settings, faults);
  if (faults.empty()) return out;
  return fail(faults.front().path + ": " + faults.front().message);
}

}  // namespace metricstream::aggregator
