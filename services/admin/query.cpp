#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "common/base/duration.hpp"
#include "common/cli/exit_code.hpp"
#include "common/influx/api_client.hpp"
#include "services/admin/blocking.hpp"
#include "services/admin/command.hpp"
#include "services/admin/influxdb.hpp"
#include "services/admin/read_back.hpp"
#include "services/admin/sample_body.hpp"

namespace metricstream::admin {
namespace {

struct QueryOptions {
  std::string metric;
  std::string last = "10m";
  std::string policy = "1m";
  std::vector<std::string> tags;
  bool exact = false;
};

using Answer = Result<std::vector<InfluxSeries>>;

Task<Answer> select(boost::asio::any_io_executor executor, InfluxDb influxdb, std::string statement,
                    std::string policy) {
  influx::ApiClient client(executor, influxdb.url, std::move(influxdb.endpoint));
  Answer answer = co_await client.select(std::move(statement), std::move(policy));
  co_return answer;
}

Result<ReadBack> read_back_of(const QueryOptions& options, const aggregator::AggregatorSettings& settings) {
  ReadBack wanted{.metric = options.metric, .tags = {}};
  const auto last = parse_duration(options.last);
  if (!last) return fail("--last " + options.last + ": " + last.error().message);
  wanted.last = *last;
  for (const auto& text : options.tags) {
    auto tag = parse_tag(text);
    if (!tag) return std::unexpected(tag.error());
    wanted.tags.push_back(std::move(*tag));
  }
  wanted.single_measurement = settings.sinks.front().schema == sink::PointSchema::single;
  return wanted;
}

int query(const Connections& connections, const QueryOptions& options) {
  const auto settings = load_settings(connections);
  if (!settings) return bad_settings(settings.error().message);
  const auto influxdb = influxdb_of(*settings);
  if (!influxdb) return misconfigured(influxdb.error().message);
  const auto policy = influx::policy_for(settings->sinks.front().endpoint, options.policy);
  if (!policy) return misused("--policy " + options.policy + ": " + policy.error().message);
  const auto wanted = read_back_of(options, *settings);
  if (!wanted) return misused(wanted.error().message);
  const auto answer = run_blocking<Answer>(
      [&](const auto& executor) { return select(executor, *influxdb, select_statement(*wanted), policy->name); });
  if (!answer) return failed(answer.error().message);
  const Table table = table_of(*answer, options.exact);
  if (table.rows.empty()) {
    return failed("no point of " + options.metric + " in " + policy->name + " within the last " + options.last +
                  " (a window appears once it has ended and its grace is over)");
  }
  std::cout << format_table(table);
  return kExitOk;
}

}  // namespace

void add_query(CLI::App& app, const Connections& connections, Command& chosen) {
  CLI::App* command = app.add_subcommand("query", "Read a metric back from InfluxDB as a table");
  const auto options = std::make_shared<QueryOptions>();
  command->add_option("NAME", options->metric, "The metric")->required();
  command->add_option("--last", options->last, "How far back, such as 30s, 10m, 24h")->capture_default_str();
  command->add_option("--policy", options->policy, "raw, or a window size such as 10s, 1m")->capture_default_str();
  command->add_option("--tag", options->tags, "KEY=VALUE, repeatable: only points with it")
      ->take_all()
      ->allow_extra_args(false);
  command->add_flag("--exact", options->exact, "All digits of every value");
  command->footer("Example: metricstream-admin query cpu.usage.percent --last 10m --policy 1m --tag core=0");
  command->callback(
      [options, &connections, &chosen] { chosen = [options, &connections] { return query(connections, *options); }; });
}

}  // namespace metricstream::admin
