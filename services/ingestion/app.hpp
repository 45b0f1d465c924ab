#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "common/log/logger.hpp"
#include "common/runtime/io_threads.hpp"
#include "services/ingestion/settings.hpp"

namespace metricstream::ingestion {

// Why the service did not start.
struct StartFailure {
  std::string message;  // one problem a line
  int exit_code;        // kExitConfig where starting again changes nothing
};

// The ingest service, put together. Construct, start(), run() on the main thread.
class App {
 public:
  App(IngestSettings settings, Logger log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Creates the producer and binds both listeners; from here on the ports are known and connections wait.
  Result<void, StartFailure> start();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t admin_port() const;  // 0: there is none

  // Serves until SIGTERM, SIGINT or stop(), then drains. Returns the exit code.
  int run();
  // The same as SIGTERM; from any thread, before or while run() runs.
  void stop();

 private:
  class Service;
  IngestSettings settings_;
  Logger log_;
  // Reports of Kafka are posted to these loops, so that they outlive the service with its producer.
  IoThreads threads_;
  boost::asio::io_context main_{1};
  std::unique_ptr<Service> service_;
};

// The whole life of the process, as common/cli wants it.
int run_ingest(const IngestSettings& settings, Logger& log);

}  // namespace metricstream::ingestion
