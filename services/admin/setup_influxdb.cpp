#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "common/base/duration.hpp"
#include "common/cli/exit_code.hpp"
#include "common/influx/api_client.hpp"
#include "common/influx/setup.hpp"
#include "services/admin/blocking.hpp"
#include "services/admin/command.hpp"
#include "services/admin/influxdb.hpp"

namespace metricstream::admin {
namespace {

using State = influx::SetupItem::State;

// Samples, the standard sizes, and whatever other sizes the configuration has; named and kept as it says.
Result<std::vector<influx::Policy>> policies_of(const aggregator::AggregatorSettings& settings) {
  std::vector<std::string> sizes;
  for (const auto& policy : influx::standard_policies()) sizes.push_back(policy.name);
  for (const auto& window : settings.windows) sizes.push_back(format_duration(window.size));
  std::vector<influx::Policy> policies;
  for (const auto& size : sizes) {
    auto policy = influx::policy_for(settings.sinks.front().endpoint, size);
    if (!policy) return std::unexpected(policy.error());
    if (std::ranges::find(policies, policy->name, &influx::Policy::name) == policies.end()) {
      policies.push_back(std::move(*policy));
    }
  }
  return policies;
}

void print(const influx::SetupItem& item, std::string_view state) {
  std::cout << item.name << ": " << state << (item.detail.empty() ? "" : " (" + item.detail + ")") << "\n";
}

// True when everything is as it should be, or was made so.
Task<Result<bool>> set_up(boost::asio::any_io_executor executor, InfluxDb influxdb,
                          std::vector<influx::Policy> policies, bool dry_run) {
  influx::ApiClient client(executor, influxdb.url, std::move(influxdb.endpoint));
  auto plan = co_await influx::plan_setup(client, std::move(policies));
  if (!plan) co_return std::unexpected(plan.error());
  bool is_good = true;
  for (const auto& item : *plan) {
    if (item.state == State::exists) print(item, "ok");
    if (item.state == State::missing && dry_run) print(item, "would be created");
    if (item.state == State::differs) print(item, "differs, left as it is");
    is_good = is_good && item.state != State::differs;
  }
  if (dry_run) co_return is_good;
  std::function<void(const influx::SetupItem&)> made = [](const auto& item) { print(item, "created"); };
  const auto applied = co_await influx::apply_setup(client, std::move(*plan), std::move(made));
  if (!applied) co_return std::unexpected(applied.error());
  co_return is_good;
}

int set_up_influxdb(const Connections& connections, bool dry_run) {
  const auto settings = load_settings(connections);
  if (!settings) return bad_settings(settings.error().message);
  const auto influxdb = influxdb_of(*settings);
  if (!influxdb) return misconfigured(influxdb.error().message);
  const auto policies = policies_of(*settings);
  if (!policies) return misconfigured(policies.error().message);
  const auto is_good =
      run_blocking<Result<bool>>([&](const auto& executor) { return set_up(executor, *influxdb, *policies, dry_run); });
  if (!is_good) return failed(is_good.error().message);
  return *is_good ? kExitOk : kExitFailure;
}

}  // namespace

void add_setup_influxdb(CLI::App& app, const Connections& connections, Command& chosen) {
  CLI::App* command = app.add_subcommand("influxdb", "Database and retention policies (1.x), or buckets (2.x)");
  const auto dry_run = std::make_shared<bool>(false);
  command->add_flag("--dry-run", *dry_run, "Tell what would be done");
  command->footer("Example: metricstream-admin -c aggregator.yaml setup influxdb --dry-run");
  command->callback([dry_run, &connections, &chosen] {
    chosen = [dry_run, &connections] { return set_up_influxdb(connections, *dry_run); };
  });
}

}  // namespace metricstream::admin
