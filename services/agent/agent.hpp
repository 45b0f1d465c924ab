#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/log/logger.hpp"
#include "common/runtime/event.hpp"
#include "common/runtime/task.hpp"
#include "common/runtime/task_group.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/delivery/http_delivery.hpp"
#include "services/agent/delivery/sender.hpp"
#include "services/agent/ledger.hpp"
#include "services/agent/self_metrics.hpp"
#include "services/agent/settings.hpp"

namespace metricstream::agent {

// What an Agent works with, built in app.cpp.
struct AgentParts {
  std::vector<std::unique_ptr<Collector>> collectors;
  HttpDelivery delivery;
  Ledger ledger;
  std::string host;
  std::string run_id;
};

// Two coroutines around the pure parts: one measures at fixed instants and fills the sender's buffer, the other carries
// batches to the endpoints. All calls on the executor's thread; settings and metrics must outlive it.
class Agent {
 public:
  Agent(boost::asio::any_io_executor executor, const AgentSettings& settings, AgentParts parts, SelfMetrics& metrics,
        Logger logger);

  // Measures and sends until stop() is called and what was buffered then is sent, or the shutdown time-out has passed.
  void start();
  Task<void> stop();

  // Two rounds a second apart (an interval, where that is shorter), then as stop().
  Task<void> run_once();

  // Why the agent is not at work; none while it measures and sends.
  [[nodiscard]] std::optional<std::string> not_ready() const;
  // After stop(): samples that no endpoint took.
  [[nodiscard]] std::size_t lost() const { return totals_.dropped; }

 private:
  Task<void> measure();
  Task<void> send();
  Task<void> deliver(std::size_t endpoint);
  Task<void> flush();

  void collect();
  void settle(const Settled& settled);
  void judge_endpoint(std::size_t endpoint, const Answer& answer);
  void abandon();
  void count_dropped(std::size_t samples, const std::string& reason);
  void check_ledger(const Result<void>& written);

  const AgentSettings& settings_;
  AgentParts parts_;
  SelfMetrics& metrics_;
  Logger logger_;
  SystemClock clock_;
  Sender sender_;
  Event stopping_;
  Event wake_;  // something was offered, or the end is near
  TaskGroup tasks_;
  std::mt19937_64 random_;
  Ledger::Totals totals_;
  std::size_t rounds_ = 0;
  bool abandoned_ = false;
  bool failing_ = false;  // the last attempt was not acknowledged
};

}  // namespace metricstream::agent
