#include "services/agent/app.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "common/cli/exit_code.hpp"
#include "common/cli/service.hpp"
#include "common/http/management.hpp"
#include "common/http/server.hpp"
#include "common/metrics/registry.hpp"
#include "common/runtime/shutdown_signal.hpp"
#include "services/agent/agent.hpp"
#include "services/agent/collect/collectors.hpp"
#include "services/agent/identity.hpp"
#include "services/agent/round.hpp"

namespace metricstream::agent {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kAdminDrain{1};

std::string host_of(const AgentSettings& settings) {
  return settings.hostname.empty() ? system_hostname() : settings.hostname;
}

// Start-up and shutdown of the agent as a service, all on one thread.
class Service {
 public:
  Service(asio::io_context& context, const AgentSettings& settings, AgentParts parts, const Logger& logger)
      : settings_(settings),
        logger_(logger),
        signal_(context.get_executor()),
        self_metrics_(registry_, settings.buffer_samples),
        agent_(context.get_executor(), settings, std::move(parts), self_metrics_, logger.with("agent")) {
    http::add_management_routes(router_, {.service = "metricstream-agent",
                                          .registry = registry_,
                                          .not_ready = [this] { return agent_.not_ready(); },
                                          .json_counters = {}});
    http::ServerOptions options;
    options.name = "admin";
    options.listen = settings.admin.listen;
    admin_ = std::make_unique<http::Server>(std::vector<asio::any_io_executor>{context.get_executor()}, options,
                                            router_, nullptr,
                                            [this](std::string_view problem) { logger_.with("admin").warn(problem); });
  }

  // Fails where the admin address is taken.
  Result<void> listen() {
    if (settings_.admin.listen.empty()) return {};
    auto listening = admin_->listen();
    if (listening) admin_->start();
    return listening;
  }

  // The story: measure and send until a signal, flush, end.
  Task<void> run() {
    agent_.start();
    logger_.info("started", {{"host", host_of(settings_)},
                             {"primary", settings_.primary},
                             {"interval", settings_.interval},
                             {"admin", settings_.admin.listen}});
    const int number = co_await signal_.wait();
    logger_.info("stopping", {{"signal", number}, {"flush_at_most", settings_.shutdown_timeout}});
    co_await agent_.stop();
    if (!settings_.admin.listen.empty()) co_await admin_->drain(kAdminDrain);
    signal_.cancel();
  }

  Task<void> run_once() {
    co_await agent_.run_once();
    signal_.cancel();
  }

  [[nodiscard]] std::size_t lost() const { return agent_.lost(); }

 private:
  const AgentSettings& settings_;
  Logger logger_;
  ShutdownSignal signal_;
  metrics::Registry registry_;
  SelfMetrics self_metrics_;
  Agent agent_;
  http::Router router_;
  std::unique_ptr<http::Server> admin_;
};

int print_measurements(const AgentSettings& settings) {
  const auto collectors = make_collectors(settings.system, settings.procfs, settings.rootfs);
  const SystemClock clock;
  (void)collect_round(collectors, {.wall = clock.now(), .steady = boot_time_ns()});
  std::this_thread::sleep_for(std::chrono::seconds{1});
  const Round round = collect_round(collectors, {.wall = clock.now(), .steady = boot_time_ns()});
  for (const auto& sample : round.samples) {
    std::string line(sample.name);
    for (const auto& [key, value] : sample.tags) line.append(" ").append(key).append("=").append(value);
    std::printf("%s %.17g %s\n", line.c_str(), sample.value, std::string(sample.unit).c_str());
  }
  for (const auto& failure : round.failures) {
    std::fprintf(stderr, "%s: %s\n", failure.collector.c_str(), failure.message.c_str());
  }
  return round.failures.empty() ? kExitOk : kExitFailure;
}

}  // namespace

int run_agent(const AgentSettings& settings, Logger& logger, RunMode mode) {
  if (mode == RunMode::test) return print_measurements(settings);

  asio::io_context context(1);
  auto delivery = HttpDelivery::create(context.get_executor(), settings);
  if (!delivery) {
    logger.error("bad endpoint", {{"err", delivery.error()}});
    return kExitConfig;
  }
  auto ledger = Ledger::open(settings.ledger_path);
  if (!ledger) {
    logger.error("cannot open the ledger", {{"err", ledger.error()}});
    return kExitFailure;
  }
  AgentParts parts{.collectors = make_collectors(settings.system, settings.procfs, settings.rootfs),
                   .delivery = std::move(*delivery),
                   .ledger = std::move(*ledger),
                   .host = host_of(settings),
                   .run_id = random_run_id()};
  Service service(context, settings, std::move(parts), logger);
  if (mode == RunMode::service) {
    if (const auto listening = service.listen(); !listening) {
      logger.error("cannot listen", {{"err", listening.error()}});
      return kExitFailure;
    }
  }
  std::exception_ptr failure;
  asio::co_spawn(context, mode == RunMode::once ? service.run_once() : service.run(),
                 [&failure](std::exception_ptr error) { failure = std::move(error); });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return mode == RunMode::once && service.lost() > 0 ? kExitFailure : kExitOk;
}

int run_program(int argc, const char* const* argv) {
  RunMode mode = RunMode::service;
  auto service = make_service<AgentSettings>(
      "agent", "Measures this machine and sends the samples to the ingest service.",
      [&mode](const AgentSettings& settings, Logger& logger) { return run_agent(settings, logger, mode); });
  service.modes = {
      {"--once", "Measure twice, send, end; 0 when everything was acknowledged", [&mode] { mode = RunMode::once; }},
      {"--test", "Measure twice, print, send nothing", [&mode] { mode = RunMode::test; }}};
  return run_service(argc, argv, service);
}

}  // namespace metricstream::agent
