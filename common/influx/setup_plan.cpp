#include "common/influx/setup_plan.hpp"

#include <algorithm>
#include <chrono>

#include "common/base/duration.hpp"
#include "common/base/text.hpp"

namespace metricstream::influx {
namespace {

using std::chrono::nanoseconds;
using State = SetupItem::State;

// 1.x: also "0s", for ever.
std::string seconds_text(nanoseconds duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + "s";
}

std::string readable(nanoseconds duration) {
  return duration.count() == 0 ? std::string{"for ever"} : format_duration(duration);
}

std::string described(nanoseconds duration, nanoseconds shard_duration) {
  return "keeps " + readable(duration) + ", shard groups of " + readable(shard_duration);
}

std::string text_at(const InfluxSeries& series, std::size_t row, std::string_view column) {
  const std::size_t index = series.column(column);
  if (index >= series.columns.size()) return {};
  const auto* text = std::get_if<std::string>(&series.rows[row][index]);
  return text == nullptr ? std::string{} : *text;
}

struct ExistingPolicy {
  Policy policy;
  bool is_default = false;
};

std::vector<ExistingPolicy> existing_policies(std::span<const InfluxSeries> retention) {
  std::vector<ExistingPolicy> all;
  for (const InfluxSeries& series : retention) {
    for (std::size_t row = 0; row < series.rows.size(); ++row) {
      const std::size_t is_default = series.column("default");
      all.push_back(
          {{text_at(series, row, "name"), parse_duration(text_at(series, row, "duration")).value_or(nanoseconds{0}),
            parse_duration(text_at(series, row, "shardGroupDuration")).value_or(nanoseconds{0})},
           is_default < series.columns.size() && series.rows[row][is_default] == InfluxValue{true}});
    }
  }
  return all;
}

bool has_database(std::span<const InfluxSeries> databases, const std::string& name) {
  return std::ranges::any_of(databases, [&](const InfluxSeries& series) {
    for (std::size_t row = 0; row < series.rows.size(); ++row) {
      if (text_at(series, row, "name") == name) return true;
    }
    return false;
  });
}

std::string policy_statement(std::string_view verb, const Endpoint& endpoint, const Policy& policy) {
  return std::string{verb} + " RETENTION POLICY " + quoted_identifier(policy.name) + " ON " +
         quoted_identifier(endpoint.database) + " DURATION " + seconds_text(policy.duration) +
         " REPLICATION 1 SHARD DURATION " + seconds_text(policy.shard_duration);
}

// The database comes with its default policy, so that no "autogen" that keeps for ever is made.
SetupItem missing_database(const Endpoint& endpoint, const Policy& first) {
  return {State::missing, "database " + endpoint.database,
          "with the retention policy " + first.name + ": " + described(first.duration, first.shard_duration),
          "CREATE DATABASE " + quoted_identifier(endpoint.database) + " WITH DURATION " + seconds_text(first.duration) +
              " REPLICATION 1 SHARD DURATION " + seconds_text(first.shard_duration) + " NAME " +
              quoted_identifier(first.name)};
}

SetupItem compared(const Endpoint& endpoint, const Policy& wanted, const ExistingPolicy& found, bool wants_default) {
  const Policy& policy = found.policy;
  SetupItem item{
      State::exists, "retention policy " + wanted.name, described(policy.duration, policy.shard_duration), {}};
  if (policy.duration != wanted.duration || policy.shard_duration != wanted.shard_duration) {
    item.state = State::differs;
    item.detail += "; expected: " + described(wanted.duration, wanted.shard_duration) +
                   "; to change it: " + policy_statement("ALTER", endpoint, wanted);
  }
  if (wants_default && !found.is_default) {
    item.state = State::differs;
    item.detail += "; is not the default; to change it: ALTER RETENTION POLICY " + quoted_identifier(wanted.name) +
                   " ON " + quoted_identifier(endpoint.database) + " DEFAULT";
  }
  return item;
}

std::string bucket_body(const std::string& name, std::string_view org_id, const Policy& policy) {
  const auto seconds = [](nanoseconds duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  };
  std::string body = R"({"name":")";
  append_json_escaped(body, name);
  body += R"(","orgID":")";
  append_json_escaped(body, org_id);
  return body + R"(","retentionRules":[{"type":"expire","everySeconds":)" + seconds(policy.duration) +
         R"(,"shardGroupDurationSeconds":)" + seconds(policy.shard_duration) + "}]}";
}

}  // namespace

std::string_view to_string(SetupItem::State state) {
  constexpr std::string_view kNames[] = {"exists", "missing", "differs"};
  return kNames[static_cast<std::size_t>(state)];
}

SetupPlan plan_database(const Endpoint& endpoint, std::span<const Policy> policies,
                        std::span<const InfluxSeries> databases, std::span<const InfluxSeries> retention) {
  SetupPlan plan;
  if (policies.empty()) return plan;
  const bool is_there = has_database(databases, endpoint.database);
  if (is_there) {
    plan.push_back({State::exists, "database " + endpoint.database, {}, {}});
  } else {
    plan.push_back(missing_database(endpoint, policies.front()));
  }
  const auto existing = is_there ? existing_policies(retention) : std::vector<ExistingPolicy>{};
  for (const Policy& wanted : policies) {
    const bool is_first = &wanted == policies.data();
    if (is_first && !is_there) continue;
    const auto found = std::ranges::find(existing, wanted.name, [](const auto& one) { return one.policy.name; });
    if (found != existing.end()) {
      plan.push_back(compared(endpoint, wanted, *found, is_first));
      continue;
    }
    plan.push_back({State::missing, "retention policy " + wanted.name,
                    described(wanted.duration, wanted.shard_duration), policy_statement("CREATE", endpoint, wanted)});
  }
  return plan;
}

SetupPlan plan_buckets(const Endpoint& endpoint, std::span<const Policy> policies, std::string_view org_id,
                       std::span<const InfluxBucket> buckets) {
  SetupPlan plan;
  for (const Policy& wanted : policies) {
    const std::string name = bucket_name(endpoint, wanted.name);
    const auto found = std::ranges::find(buckets, name, &InfluxBucket::name);
    if (found == buckets.end()) {
      plan.push_back({State::missing, "bucket " + name, described(wanted.duration, wanted.shard_duration),
                      bucket_body(name, org_id, wanted)});
      continue;
    }
    const std::chrono::seconds duration{found->retention_seconds};
    const std::chrono::seconds shard_duration{found->shard_seconds};
    const bool is_same =
        duration == wanted.duration && (shard_duration == wanted.shard_duration || found->shard_seconds == 0);
    SetupItem item{is_same ? State::exists : State::differs, "bucket " + name, described(duration, shard_duration), {}};
    if (!is_same) {
      item.detail += "; expected: " + described(wanted.duration, wanted.shard_duration) +
                     "; to change it: influx bucket update --id " + found->id + " --retention " +
                     seconds_text(wanted.duration) + " --shard-group-duration " + seconds_text(wanted.shard_duration);
    }
    plan.push_back(std::move(item));
  }
  return plan;
}

std::vector<Policy> standard_policies() {
  std::vector<Policy> policies;
  for (const auto* name : {"raw", "1s", "10s", "1m", "1h", "1d"}) policies.push_back(*default_policy(name));
  return policies;
}

}  // namespace metricstream::influx
