#include "services/aggregator/sink/lane_writer.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>
#include <variant>

#include "common/base/text.hpp"

namespace metricstream::sink {
namespace {

constexpr TimeNs kGatePause = 100 * kMillisecond;
constexpr TimeNs kLongestSleep = kHour;  // a timer cannot hold the largest time
constexpr TimeNs kDeadLetterPause = kSecond;

influx::WriteClientOptions client_options(const SinkOptions& options) { return {options.timeout, options.gzip_level}; }

}  // namespace

LaneWriter::LaneWriter(const WriterContext& context, std::int32_t partition, std::string size,
                       std::shared_ptr<Lane> lane, SinkMetrics& metrics)
    : context_(context),
      partition_(partition),
      size_(std::move(size)),
      lane_(std::move(lane)),
      metrics_(metrics),
      client_(context.mailbox->executor(), context.url, context.options.endpoint, lane_->policy().name,
              client_options(context.options)),
      wake_(context.mailbox->executor()),
      random_(std::random_device{}()) {}

Task<void> LaneWriter::run() {
  while (!lane_->closed()) {
    wake_.reset();
    TimeNs until = 0;
    const auto batch = lane_->take(boot_time_ns(), &until);
    if (!batch.has_value()) {
      const std::chrono::nanoseconds pause{std::clamp<TimeNs>(until - boot_time_ns(), 0, kLongestSleep)};
      co_await wake_.wait_for(pause);
      continue;
    }
    co_await bring_through(*batch);
    lane_->settle(*batch);
    context_.on_settled();
  }
  context_.health.clear(partition_, size_);
}

// Returns when every line of the batch is settled, or the lane was closed.
Task<void> LaneWriter::bring_through(const Lane::Batch& batch) {
  expired_.clear();
  influx::WritePlan plan{batch.lines.size(), context_.options.first_retry, context_.options.longest_retry};
  while (!lane_->closed()) {
    const auto step = plan.next();
    if (const auto* part = std::get_if<influx::WritePlan::Send>(&step)) {
      co_await sleep_until(boot_time_ns() + to_ns(part->delay));
      co_await wait_for_gate();
      if (lane_->closed()) co_return;
      const auto outcome = co_await send(batch, *part);
      plan.report(outcome, random_());
    } else if (const auto* refused = std::get_if<influx::WritePlan::Bury>(&step)) {
      co_await bury(batch, *refused);
      plan.buried();
    } else {
      co_return;
    }
  }
}

Task<influx::WriteOutcome> LaneWriter::send(const Lane::Batch& batch, influx::WritePlan::Send part) {
  const Part live = compose(batch.lines, part.first, part.last);
  if (live.lines == 0) {
    influx::WriteOutcome nothing_left;
    nothing_left.kind = influx::WriteKind::acknowledged;
    co_return nothing_left;
  }
  const Prepared wanted{batch.id, part.first, part.last, live.lines};
  if (prepared_ == wanted) {
    metrics_.retried.add(live.lines);
  } else {
    client_.prepare(live.text);
    prepared_ = wanted;
  }
  auto outcome = co_await request(live.lines);
  co_return outcome;
}

Task<influx::WriteOutcome> LaneWriter::request(std::size_t lines) {
  context_.requests_in_flight.fetch_add(1);
  metrics_.bytes.add(client_.prepared_bytes());
  const TimeNs start = boot_time_ns();
  auto outcome = co_await client_.write();
  metrics_.write_duration.observe(static_cast<double>(boot_time_ns() - start) / static_cast<double>(kSecond));
  context_.requests_in_flight.fetch_sub(1);
  account(outcome, lines);
  co_return outcome;
}

void LaneWriter::account(const influx::WriteOutcome& outcome, std::size_t lines) {
  using enum influx::WriteKind;
  metrics_.requests(outcome.kind).add();
  metrics_.retry_after.set(static_cast<double>(outcome.retry_after.value_or(std::chrono::seconds{0}).count()));
  if (outcome.kind == misconfigured) {
    context_.health.set_misconfigured(partition_, size_, outcome.message);
    context_.log.repeated(LogLevel::error, "InfluxDB refuses every write, trying again until it does not",
                          {{"partition", partition_}, {"policy", size_}, {"answer", outcome.message}});
    return;
  }
  if (outcome.kind == ambiguous || outcome.kind == throttled) {
    context_.log.repeated(LogLevel::warn, "write to InfluxDB not acknowledged, sending the same again",
                          {{"partition", partition_}, {"policy", size_}, {"answer", outcome.message}});
    return;
  }
  context_.health.clear(partition_, size_);
  if (outcome.kind == acknowledged) metrics_.written.add(lines);
  if (outcome.kind == too_large && lines > 1) {
    context_.log.repeated(LogLevel::warn, "request too large for InfluxDB, halving it; lower sinks[].batch.bytes",
                          {{"policy", size_}, {"lines", lines}, {"bytes", client_.prepared_bytes()}});
  }
}

// Skips what the store would refuse for its age, and counts it.
LaneWriter::Part LaneWriter::compose(const LineBatch& lines, std::size_t first, std::size_t last) {
  const TimeNs limit = influx::expiry_limit(lane_->policy(), context_.clock.now());
  if (lines.oldest_point_time() >= limit) return {lines.text(first, last), last - first};
  expired_.resize(lines.size());
  scratch_.clear();
  std::size_t live = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (lines.point_time(i) >= limit) {
      scratch_ += lines.text(i, i + 1);
      ++live;
    } else if (!expired_[i]) {
      expired_[i] = true;
      metrics_.expired.add();
    }
  }
  return {scratch_, live};
}

Task<void> LaneWriter::bury(const Lane::Batch& batch, influx::WritePlan::Bury refused) {
  metrics_.rejected.add();
  const std::string_view line = batch.lines.line(refused.line);
  context_.log.repeated(LogLevel::error, "InfluxDB refuses a point, it goes to the dead letters",
                        {{"partition", partition_},
                         {"offset", batch.lines.offset(refused.line)},
                         {"policy", size_},
                         {"answer", refused.reason},
                         {"line", line}});
  const DeadLetter letter{.partition = partition_,
                          .offset = batch.lines.offset(refused.line),
                          .policy = lane_->policy().name,
                          .line = std::string{line},
                          .status = refused.status,
                          .reason = std::move(refused.reason)};
  while (!lane_->closed()) {
    const bool stored = co_await submit(letter);
    if (stored) {
      metrics_.dead_letter.add();
      co_return;
    }
    co_await sleep_until(boot_time_ns() + kDeadLetterPause);
  }
}

Task<bool> LaneWriter::submit(const DeadLetter& letter) {
  struct Answer {
    bool came = false;
    bool stored = false;
  };
  const auto answer = std::make_shared<Answer>();
  auto done = [mailbox = context_.mailbox, answer, self = weak_from_this()](bool stored) {
    mailbox->post([answer, stored, self] {
      answer->came = true;
      answer->stored = stored;
      if (const auto writer = self.lock()) writer->wake();
    });
  };
  context_.dead_letters.submit(letter, std::move(done));
  while (!answer->came && !lane_->closed()) {
    wake_.reset();
    co_await wake_.wait();
  }
  co_return answer->stored;
}

Task<void> LaneWriter::wait_for_gate() {
  while (!lane_->closed() && context_.options.may_send && !context_.options.may_send(partition_)) {
    co_await sleep_until(boot_time_ns() + kGatePause);
  }
}

Task<void> LaneWriter::sleep_until(TimeNs boot_time) {
  while (!lane_->closed()) {
    const std::chrono::nanoseconds rest{boot_time - boot_time_ns()};
    if (rest.count() <= 0) co_return;
    wake_.reset();
    co_await wake_.wait_for(rest);
  }
}

}  // namespace metricstream::sink
