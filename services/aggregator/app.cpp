// The composition root: every part is made here, in the order in which they need each other.
#include "services/aggregator/app.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "common/http/management.hpp"
#include "common/http/server.hpp"
#include "common/kafka/configuration.hpp"
#include "common/runtime/io_threads.hpp"
#include "common/runtime/shutdown_signal.hpp"
#include "common/runtime/task_group.hpp"
#include "services/aggregator/aggregator.hpp"

namespace metricstream::aggregator {
namespace {

using namespace std::chrono_literals;

int give_up(Logger& log, const Error& error) {
  log.error("cannot go on", {{"err", error}});
  return kExitFailure;
}

std::vector<std::string> lane_names(const fold::FoldSettings& settings) {
  std::vector<std::string> out{kRawLane};
  for (const fold::WindowSize& window : settings.windows) out.push_back(lane_name(window.size));
  return out;
}

kafka::ProducerSettings producer_settings(const kafka::ClientSettings& client, const AggregatorSettings& settings) {
  kafka::ProducerSettings out;
  out.client = client;
  out.topic = settings.kafka.topic;
  return out;
}

kafka::ConsumerSettings consumer_settings(const kafka::ClientSettings& client, const AggregatorSettings& settings) {
  kafka::ConsumerSettings out;
  out.client = client;
  out.topic = settings.kafka.topic;
  out.group_id = settings.group.id;
  out.instance_id = settings.group.instance_id;
  out.session_timeout = settings.group.session_timeout;
  out.heartbeat_interval = settings.group.session_timeout / 5;
  return out;
}

// Management listener and signals, on a thread of their own.
class Surroundings {
 public:
  Surroundings(const AggregatorSettings& settings, http::Management management, Logger log)
      : io_("io", 1),
        log_(std::move(log)),
        signal_(io_.executor(0)),
        tasks_(io_.executor(0), [this](std::string_view task, std::string_view problem) { end_after(task, problem); }) {
    http::add_management_routes(router_, std::move(management));
    if (settings.admin.listen.empty()) return;
    http::ServerOptions options;
    options.name = "admin";
    options.listen = settings.admin.listen;
    server_.emplace(io_.executors(), std::move(options), router_, nullptr,
                    [log = log_](std::string_view problem) { log.repeated(LogLevel::warn, problem); });
  }

  ~Surroundings() { stop(); }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  Result<void> start() {
    tasks_.spawn("signals", watch_signals());
    if (server_) {
      if (auto ok = server_->listen(); !ok) return ok;
      server_->start();
    }
    io_.start();
    return {};
  }

  // The io thread ends first: what the routes show is gone afterwards.
  void stop() {
    io_.stop();
    io_.join();
  }

  [[nodiscard]] const std::atomic<bool>& stop_requested() const { return stop_requested_; }

 private:
  Task<void> watch_signals() {
    const int signal = co_await signal_.wait();
    log_.info("signal received, shutting down", {{"signal", signal}});
    stop_requested_ = true;
  }

  // A service that no longer hears SIGTERM must not go on.
  void end_after(std::string_view task, std::string_view problem) {
    log_.error("task ended by an exception, shutting down", {{"task", task}, {"err", problem}});
    stop_requested_ = true;
  }

  IoThreads io_;
  Logger log_;
  ShutdownSignal signal_;
  TaskGroup tasks_;
  http::Router router_;
  std::optional<http::Server> server_;
  std::atomic<bool> stop_requested_{false};
};

}  // namespace

int run(const AggregatorSettings& settings, Logger& log) {
  const Result<fold::FoldSettings> fold = fold_settings(settings);
  if (!fold) return give_up(log, fold.error());
  const Result<kafka::ClientSettings> client = kafka::client_settings(settings.kafka, "metricstream-aggregator");
  if (!client) return give_up(log, client.error());
  Result<sink::SinkOptions> sink_options = sink::make_sink_options(settings.sinks.front(), lane_names(*fold));
  if (!sink_options) return give_up(log, sink_options.error());

  const SystemClock clock;
  metrics::Registry registry;
  AggregatorMetrics metrics(registry);
  auto producer = kafka::Producer::create(producer_settings(*client, settings), kafka::log_to(log));
  if (!producer) return give_up(log, producer.error());
  DeadLetterQueue dead_letters(**producer);
  Lease lease(to_ns(settings.group.session_timeout));
  sink_options->may_send = [&lease](std::int32_t) { return lease.holds(boot_time_ns()); };
  sink::Sink sink(std::move(*sink_options), dead_letters, clock, registry, log.with("sink"));
  Aggregator aggregator({settings, *fold, **producer, sink, dead_letters, lease, clock, metrics}, log);

  Surroundings surroundings(settings,
                            {.service = "metricstream-aggregator",
                             .registry = registry,
                             .not_ready = [&aggregator] { return aggregator.not_ready(); },
                             .json_counters = {}},
                            log.with("http"));
  if (auto ok = surroundings.start(); !ok) return give_up(log, ok.error());

  Result<void> ended = aggregator.start(consumer_settings(*client, settings), surroundings.stop_requested());
  if (ended && !surroundings.stop_requested()) {
    log.info("started",
             {{"topic", settings.kafka.topic}, {"group", settings.group.id}, {"settings_hash", fold->hash()}});
    ended = aggregator.run(surroundings.stop_requested());
  }
  surroundings.stop();
  if (!ended) return give_up(log, ended.error());
  log.info("stopped");
  return kExitOk;
}

}  // namespace metricstream::aggregator
