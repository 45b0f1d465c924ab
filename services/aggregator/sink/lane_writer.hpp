#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/http/url.hpp"
#include "common/influx/write_client.hpp"
#include "common/influx/write_plan.hpp"
#include "common/log/logger.hpp"
#include "common/runtime/event.hpp"
#include "common/runtime/task.hpp"
#include "services/aggregator/sink/dead_letter.hpp"
#include "services/aggregator/sink/lane.hpp"
#include "services/aggregator/sink/mailbox.hpp"
#include "services/aggregator/sink/sink.hpp"
#include "services/aggregator/sink/sink_health.hpp"
#include "services/aggregator/sink/sink_metrics.hpp"

namespace metricstream::sink {

// What all writers of a sink share; outlives them.
struct WriterContext {
  const SinkOptions& options;
  const http::Url& url;
  DeadLetterSink& dead_letters;
  const Clock& clock;
  SinkHealth& health;
  std::shared_ptr<Mailbox> mailbox;
  std::atomic<std::size_t>& requests_in_flight;
  std::function<void()> on_settled;  // called on the sink's thread
  Logger log;
};

// Carries one lane's batches to InfluxDB, one after the other, each until it is settled: a shell around Lane and
// influx::WritePlan, which decide. Made by std::make_shared. All calls on the sink's thread.
class LaneWriter : public std::enable_shared_from_this<LaneWriter> {
 public:
  LaneWriter(const WriterContext& context, std::int32_t partition, std::string size, std::shared_ptr<Lane> lane,
             SinkMetrics& metrics);

  // Until the lane is closed.
  Task<void> run();
  // Something that run() may be waiting for has changed.
  void wake() { wake_.set(); }
  // Resets the connection; used when the process ends, behind Lane::close.
  void abort() { client_.close(); }

 private:
  // The lines of one part that are still worth sending.
  struct Part {
    std::string_view text;
    std::size_t lines;
  };

  Task<void> bring_through(const Lane::Batch& batch);
  Task<influx::WriteOutcome> send(const Lane::Batch& batch, influx::WritePlan::Send part);
  Task<influx::WriteOutcome> request(std::size_t lines);
  Task<void> bury(const Lane::Batch& batch, influx::WritePlan::Bury refused);
  Task<bool> submit(const DeadLetter& letter);
  Task<void> wait_for_gate();
  Task<void> sleep_until(TimeNs boot_time);

  [[nodiscard]] Part compose(const LineBatch& lines, std::size_t first, std::size_t last);
  void account(const influx::WriteOutcome& outcome, std::size_t lines);

  const WriterContext& context_;
  const std::int32_t partition_;
  const std::string size_;
  const std::shared_ptr<Lane> lane_;
  SinkMetrics& metrics_;
  influx::WriteClient client_;
  Event wake_;
  std::mt19937_64 random_;

  std::vector<bool> expired_;  // of the current batch, by line; each is counted once
  std::string scratch_;        // a part without its expired lines
  // What the client holds ready, so that a repetition is not compressed again.
  struct Prepared {
    std::uint64_t batch;
    std::size_t first;
    std::size_t last;
    std::size_t lines;
    bool operator==(const Prepared&) const = default;
  };
  std::optional<Prepared> prepared_;
};

}  // namespace metricstream::sink
