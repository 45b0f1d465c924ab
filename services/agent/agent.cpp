#include "services/agent/agent.hpp"

#include <chrono>
#include <utility>

#include "common/base/clock.hpp"
#include "services/agent/round.hpp"
#include "services/agent/schedule.hpp"

namespace metricstream::agent {
namespace {

using std::chrono::nanoseconds;

// Long enough for a CPU usage that means something.
constexpr std::chrono::seconds kShortRound{1};

SenderOptions sender_options(const AgentSettings& settings, const AgentParts& parts) {
  SenderOptions options;
  options.head = {.host = parts.host, .tags = Tags(settings.tags.begin(), settings.tags.end())};
  options.key_prefix = parts.run_id;
  options.batch_size = settings.batch_size;
  options.capacity = settings.buffer_samples;
  options.endpoints = parts.delivery.endpoints();
  options.retry = {
      .first = settings.retry_first, .limit = settings.retry_limit, .max_retry_after = settings.max_retry_after};
  return options;
}

std::string outcome_of(const Answer& answer) {
  return answer.status == 0 ? "no_answer" : "http_" + std::to_string(answer.status);
}

}  // namespace

Agent::Agent(boost::asio::any_io_executor executor, const AgentSettings& settings, AgentParts parts,
             SelfMetrics& metrics, Logger logger)
    : settings_(settings),
      parts_(std::move(parts)),
      metrics_(metrics),
      logger_(std::move(logger)),
      sender_(sender_options(settings, parts_)),
      stopping_(executor),
      wake_(executor),
      tasks_(executor,
             [this](std::string_view task, std::string_view message) {
               logger_.error("task ended by an error", {{"task", task}, {"err", message}});
             }),
      random_(std::random_device{}()) {
  check_ledger(parts_.ledger.started(clock_.now(), parts_.run_id, parts_.host));
}

void Agent::start() {
  tasks_.spawn("measure", measure());
  tasks_.spawn("send", send());
}

std::optional<std::string> Agent::not_ready() const {
  if (stopping_.is_set()) return "stopping";
  if (rounds_ == 0) return "nothing measured yet";
  return std::nullopt;
}

Task<void> Agent::stop() {
  stopping_.set();
  co_await flush();
}

Task<void> Agent::run_once() {
  collect();
  const bool is_interrupted = co_await stopping_.wait_for(std::min<nanoseconds>(kShortRound, settings_.interval));
  if (!is_interrupted) collect();
  stopping_.set();
  tasks_.spawn("send", send());
  co_await flush();
}

// The end: what is buffered gets one more chance at once, then the rest of the shutdown time-out.
Task<void> Agent::flush() {
  sender_.hurry();
  wake_.set();
  const bool is_flushed = co_await tasks_.wait_for(settings_.shutdown_timeout);
  if (!is_flushed) {
    abandoned_ = true;
    parts_.delivery.close();
    wake_.set();
    co_await tasks_.wait();
  }
  abandon();
}

Task<void> Agent::measure() {
  const TimeNs interval = to_ns(settings_.interval);
  const TimeNs phase = phase_of(parts_.host, interval);
  while (!stopping_.is_set()) {
    collect();
    const TimeNs now = clock_.now();
    const nanoseconds pause(next_round(now, interval, phase) - now);
    co_await stopping_.wait_for(pause);
  }
}

void Agent::collect() {
  const Round round = collect_round(parts_.collectors, {.wall = clock_.now(), .steady = boot_time_ns()});
  for (const auto& failure : round.failures) {
    metrics_.collector_failed(failure.collector);
    logger_.repeated(LogLevel::warn, "cannot measure", {{"collector", failure.collector}, {"err", failure.message}});
  }
  std::size_t lost = 0;
  for (const auto& sample : round.samples) {
    if (!sender_.offer(sample)) ++lost;
  }
  ++rounds_;
  totals_.collected += round.samples.size();
  metrics_.collected(round.samples.size());
  if (lost > 0) {
    count_dropped(lost, "buffer_full");
    check_ledger(parts_.ledger.discarded(clock_.now(), lost, "buffer_full"));
    logger_.repeated(LogLevel::warn, "buffer is full, oldest samples dropped", {{"samples", lost}});
  }
  metrics_.buffered(sender_.buffered());
  wake_.set();
}

Task<void> Agent::send() {
  while (!abandoned_) {
    wake_.reset();
    const TimeNs now = boot_time_ns();
    const Sender::Step step = sender_.next(now);
    if (const auto* chosen = std::get_if<Sender::Deliver>(&step)) {
      co_await deliver(chosen->endpoint);
    } else if (const auto* wait = std::get_if<Sender::Wait>(&step)) {
      const nanoseconds pause(wait->until - now);
      co_await wake_.wait_for(pause);
    } else if (stopping_.is_set()) {
      break;
    } else {
      co_await wake_.wait();
    }
  }
}

Task<void> Agent::deliver(std::size_t endpoint) {
  const TimeNs start = boot_time_ns();
  Answer answer = co_await parts_.delivery.deliver(endpoint, sender_.batch());
  const TimeNs now = boot_time_ns();
  metrics_.attempted(HttpDelivery::name_of(endpoint), outcome_of(answer),
                     static_cast<double>(now - start) / static_cast<double>(kSecond));
  judge_endpoint(endpoint, answer);
  const auto settled = sender_.answered(endpoint, std::move(answer), now, random_());
  if (settled) settle(*settled);
}

// Says once that sending fails, why, and when it works again.
void Agent::judge_endpoint(std::size_t endpoint, const Answer& answer) {
  const Verdict verdict = judge(answer);
  metrics_.unauthorized(verdict == Verdict::unauthorized);
  const auto name = HttpDelivery::name_of(endpoint);
  if (verdict == Verdict::acknowledged) {
    if (failing_) logger_.info("sending works again", {{"endpoint", name}, {"buffered", sender_.buffered()}});
    failing_ = false;
    return;
  }
  failing_ = true;
  if (verdict == Verdict::unauthorized) {
    logger_.repeated(LogLevel::error, "the server refuses our credential: samples are kept, correct auth.api_key",
                     {{"endpoint", name}, {"answer", answer.detail}});
  } else if (verdict != Verdict::refused) {
    logger_.repeated(LogLevel::warn, "cannot send, will try again",
                     {{"endpoint", name}, {"outcome", outcome_of(answer)}, {"detail", answer.detail}});
  }
}

void Agent::settle(const Settled& settled) {
  const auto& batch = settled.batch;
  if (settled.acknowledged) {
    const auto rejected = static_cast<std::size_t>(settled.answer.rejected.value_or(0));
    totals_.acknowledged += batch.samples;
    metrics_.acknowledged(batch.samples, rejected);
    check_ledger(parts_.ledger.acknowledged(clock_.now(), settled, HttpDelivery::name_of(settled.endpoint)));
    if (rejected > 0) {
      logger_.repeated(LogLevel::warn, "the server refused samples of a batch",
                       {{"samples", rejected}, {"answer", settled.answer.detail}});
    }
  } else {
    const auto reason = outcome_of(settled.answer);
    count_dropped(batch.samples, reason);
    check_ledger(parts_.ledger.dropped(clock_.now(), batch, reason));
    logger_.repeated(LogLevel::error, "the server refused a batch, it is dropped",
                     {{"reason", reason}, {"samples", batch.samples}, {"answer", settled.answer.detail}});
  }
  metrics_.buffered(sender_.buffered());
}

void Agent::abandon() {
  if (const auto batch = sender_.abandon_batch()) {
    count_dropped(batch->samples, "shutdown");
    check_ledger(parts_.ledger.dropped(clock_.now(), *batch, "shutdown"));
  }
  if (const std::size_t waiting = sender_.abandon_waiting(); waiting > 0) {
    count_dropped(waiting, "shutdown");
    check_ledger(parts_.ledger.discarded(clock_.now(), waiting, "shutdown"));
  }
  metrics_.buffered(0);
  check_ledger(parts_.ledger.stopped(clock_.now(), parts_.run_id, totals_));
  logger_.info(
      "stopped",
      {{"collected", totals_.collected}, {"acknowledged", totals_.acknowledged}, {"dropped", totals_.dropped}});
}

void Agent::count_dropped(std::size_t samples, const std::string& reason) {
  totals_.dropped += samples;
  metrics_.dropped(samples, reason);
}

void Agent::check_ledger(const Result<void>& written) {
  if (written) return;
  metrics_.ledger_failed();
  logger_.repeated(LogLevel::error, "cannot write the ledger", {{"err", written.error()}});
}

}  // namespace metricstream::agent
