#include "services/ingestion/app.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <optional>
#include <ranges>
#include <utility>

#include "common/base/version.hpp"
#include "common/cli/exit_code.hpp"
#include "common/http/management.hpp"
#include "common/http/problem_catalogue.hpp"
#include "common/http/readiness.hpp"
#include "common/kafka/configuration.hpp"
#include "common/kafka/send.hpp"
#include "common/runtime/shutdown_signal.hpp"
#include "common/runtime/sleep.hpp"
#include "common/runtime/task_group.hpp"
#include "services/ingestion/access_log.hpp"
#include "services/ingestion/connection_room.hpp"
#include "services/ingestion/door.hpp"
#include "services/ingestion/openapi.hpp"
#include "services/ingestion/problem_types.hpp"
#include "services/ingestion/producer_metrics.hpp"
#include "services/ingestion/request_metrics.hpp"
#include "services/ingestion/server_certificate.hpp"
#include "services/ingestion/wiring.hpp"

namespace metricstream::ingestion {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kMetadataTimeout = 2s;
constexpr auto kMetadataPause = 500ms;
constexpr auto kAdminDrain = 1s;
constexpr auto kReportSlack = 5s;  // librdkafka looks for expired messages once a second

// Blocks; for a thread of its own.
Task<Result<std::int32_t>> ask_partition_count(kafka::Producer& producer, std::string topic) {
  co_return producer.partition_count(topic, kMetadataTimeout);
}

std::unexpected<StartFailure> start_failure(Error error, ExitCode exit_code) {
  return std::unexpected(StartFailure{.message = std::move(error.message), .exit_code = exit_code});
}

http::Response openapi_answer() {
  http::Response out;
  out.content_type = "application/yaml";
  out.body = openapi_document();
  return out;
}

}  // namespace

// All parts in the order of construction: whatever is used by something stands above it.
class App::Service {
 public:
  Service(const IngestSettings& settings, Logger log, std::unique_ptr<kafka::Producer> producer, IoThreads& threads,
          asio::io_context& main);

  Result<void, StartFailure> open();
  int run();
  void stop() {
    asio::post(main_, [this] { signal_.request(); });
  }
  [[nodiscard]] std::uint16_t port() const { return public_server_.port(); }
  [[nodiscard]] std::uint16_t admin_port() const { return has_admin_listener() ? admin_server_.port() : 0; }

 private:
  Result<void> read_files();
  Result<void> listen();
  [[nodiscard]] bool has_admin_listener() const { return !settings_.admin.listen.empty(); }
  void add_routes();
  Task<void> life();
  Task<void> open_store();
  Task<Result<std::int32_t>> find_partition_count();
  void end_with(int exit_code);

  const IngestSettings& settings_;
  Logger log_;
  IoThreads& threads_;
  asio::io_context& main_;
  std::unique_ptr<kafka::Producer> producer_;
  asio::thread_pool blocking_{2};
  SystemClock clock_;
  metrics::Registry registry_;
  http::Readiness readiness_;
  KafkaRecordStore store_;
  Accounts accounts_;
  Door door_;
  IngestHandler handler_;
  http::KeptPages public_pages_{clock_};
  http::Router public_router_;
  http::Router admin_router_;
  AccessLog access_log_;
  RequestMetrics request_metrics_;
  http::Server::OnProblem on_problem_;
  http::Server public_server_;
  http::Server admin_server_;
  std::optional<ServerCertificate> certificate_;  // where the public listener speaks TLS
  std::vector<metrics::Registration> registrations_;
  ShutdownSignal signal_;
  TaskGroup group_;
  int exit_code_ = kExitOk;
};

App::Service::Service(const IngestSettings& settings, Logger log, std::unique_ptr<kafka::Producer> producer,
                      IoThreads& threads, asio::io_context& main)
    : settings_(settings),
      log_(std::move(log)),
      threads_(threads),
      main_(main),
      producer_(std::move(producer)),
      store_(*producer_, settings.http.timeouts.acknowledge, queue_limits(settings.producer), registry_),
      accounts_(registry_),
      door_(settings, clock_, log_, registry_, main_.get_executor(), blocking_),
      handler_(ingest_options(settings), {door_.authentication(), door_.rate_limiter(), door_.admission(), store_,
                                          accounts_, door_.refusal_log(), clock_}),
      access_log_(settings.access_log, log_.with("http"), clock_),
      request_metrics_(registry_, access_log_, door_.refusal_log(), known_paths()),
      on_problem_([http_log = log_.with("http")](std::string_view message) {
        http_log.repeated(LogLevel::error, "problem", {{"err", message}});
      }),
      public_server_(threads_.executors(), public_server_options(settings), public_router_, &request_metrics_,
                     on_problem_),
      admin_server_({main_.get_executor()}, admin_server_options(settings), admin_router_, nullptr, on_problem_),
      signal_(main_.get_executor(), [this] { door_.files().reload_all(); }),
      group_(main_.get_executor(), [this](std::string_view child, std::string_view message) {
        // Without these tasks nothing can end in order any more.
        log_.error("a task ended by an exception", {{"task", child}, {"err", message}});
        std::_Exit(kExitFailure);
      }) {
  add_routes();
  request_metrics_.watch(registry_, public_server_);
  registrations_ = watch_producer(registry_, *producer_);
}

void App::Service::add_routes() {
  http::Management management{.service = std::string(kProgram),
                              .registry = registry_,
                              .not_ready = [this] { return readiness_.not_ready(); },
                              .json_counters = [this] { return metrics_document(accounts_.totals()); }};
  http::add_management_routes(admin_router_, management);
  management.audience = metrics::Audience::everyone;
  management.kept_pages = &public_pages_;
  http::add_management_routes(public_router_, std::move(management));
  http::add_problem_routes(public_router_, error_catalogue());
  public_router_.get("/openapi.yaml", [](const http::RequestHead&) { return openapi_answer(); });
  public_router_.add("POST", "/metrics", handler_);
  public_router_.add("POST", "/api/v1/metrics", handler_);
}

Result<void> App::Service::read_files() {
  if (auto opened = door_.open(); !opened) return opened;
  if (!settings_.http.tls.is_enabled()) return {};
  certificate_.emplace(settings_.http.tls, public_server_, clock_, registry_);
  return door_.files().add("tls", certificate_->paths(), [this] { return certificate_->read(); });
}

Result<void> App::Service::listen() {
  if (has_admin_listener()) {
    if (auto bound = admin_server_.listen(); !bound) return bound;
  }
  return public_server_.listen();
}

Result<void, StartFailure> App::Service::open() {
  if (auto read = read_files(); !read) return start_failure(std::move(read.error()), kExitConfig);
  if (auto bound = listen(); !bound) return start_failure(std::move(bound.error()), kExitFailure);
  return {};
}

int App::Service::run() {
  log_.info("listening", {{"version", build_info().version},
                          {"http_port", public_server_.port()},
                          {"admin_port", admin_port()},
                          {"threads", threads_.size()}});
  if (has_admin_listener()) admin_server_.start();
  public_server_.start();
  group_.spawn("life", life());
  door_.files().start(group_);
  threads_.start();
  main_.run();
  threads_.stop();
  threads_.join();
  return exit_code_;
}

// The story of the process, from the first look at Kafka to the last report.
Task<void> App::Service::life() {
  group_.spawn("open store", open_store());
  const int signal = co_await signal_.wait();
  log_.info("ending", {{"signal", signal}});
  readiness_.set_not_ready("shutting down");
  // Balancers go on sending until they have noticed; serve them meanwhile.
  if (exit_code_ == kExitOk) co_await sleep_for(settings_.http.timeouts.shutdown_delay);
  const std::size_t cut = co_await public_server_.drain(settings_.http.timeouts.shutdown);
  if (cut > 0) log_.warn("connections were cut at the shutdown timeout", {{"connections", cut}});
  // What is under way has been answered 503 or not at all; it may still be stored, and a retry changes nothing then.
  const bool is_drained = co_await kafka::drain(*producer_, settings_.producer.message_timeout + kReportSlack);
  if (!is_drained) log_.warn("records without a report are given up", {{"records", producer_->in_flight_messages()}});
  co_await admin_server_.drain(kAdminDrain);
  door_.files().stop();
  signal_.cancel();
  const Accounts::Totals totals = accounts_.totals();
  log_.info("ended", {{"received", totals.received},
                      {"accepted", totals.accepted},
                      {"rejected", totals.rejected},
                      {"refused", totals.refused},
                      {"unconfirmed", totals.unconfirmed}});
}

// Readiness and the first record wait for the topic's metadata: with a wrong N clients would go to wrong partitions.
Task<void> App::Service::open_store() {
  const KafkaSettings& kafka = settings_.kafka;
  for (;;) {
    const auto found = co_await find_partition_count();
    if (found) {
      const auto fits = kafka::check_partition_count(kafka.topic, *found, kafka.partitions);
      if (fits) break;
      log_.error("the topic does not fit the configuration", {{"err", fits.error()}});
      co_return end_with(kExitConfig);
    }
    log_.repeated(LogLevel::warn, "Kafka has not been reached yet", {{"err", found.error()}});
    const bool is_ending = co_await signal_.wait_for(kMetadataPause);
    if (is_ending) co_return;
    readiness_.set_not_ready("Kafka has not been reached yet: " + found.error().message);
  }
  const bool is_ending = co_await signal_.wait_for(0ms);
  if (is_ending) co_return;
  store_.open();
  readiness_.set_ready();
  log_.info("ready", {{"topic", kafka.topic}, {"partitions", kafka.partitions}});
}

Task<Result<std::int32_t>> App::Service::find_partition_count() {
  return asio::co_spawn(blocking_, ask_partition_count(*producer_, settings_.kafka.topic), asio::use_awaitable);
}

void App::Service::end_with(int exit_code) {
  exit_code_ = exit_code;
  signal_.request();
}

App::App(IngestSettings settings, Logger log)
    : settings_(std::move(settings)), log_(std::move(log)), threads_("http", thread_count(settings_.http)) {}

App::~App() = default;

Result<void, StartFailure> App::start() {
  fit_connections(settings_.http, log_);
  auto producer_options = producer_settings(settings_);
  if (!producer_options) return start_failure(std::move(producer_options.error()), kExitConfig);
  auto producer = kafka::Producer::create(std::move(*producer_options), kafka::log_to(log_.with("kafka")));
  if (!producer) return start_failure(std::move(producer.error()), kExitConfig);
  service_ = std::make_unique<Service>(settings_, log_, std::move(*producer), threads_, main_);
  return service_->open();
}

std::uint16_t App::port() const { return service_->port(); }
std::uint16_t App::admin_port() const { return service_->admin_port(); }
int App::run() { return service_->run(); }
void App::stop() { service_->stop(); }

int run_ingest(const IngestSettings& settings, Logger& log) {
  App app(settings, log);
  if (auto started = app.start(); !started) {
    for (const auto line : std::views::split(started.error().message, '\n')) {
      log.error("cannot start", {{"err", std::string_view(line)}});
    }
    return started.error().exit_code;
  }
  return app.run();
}

}  // namespace metricstream::ingestion
