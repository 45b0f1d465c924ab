#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/influx/endpoint.hpp"
#include "common/influx/policy.hpp"
#include "common/log/logger.hpp"
#include "common/metrics/registry.hpp"
#include "services/aggregator/sink/dead_letter.hpp"
#include "services/aggregator/sink/lane.hpp"
#include "services/aggregator/sink/sink_settings.hpp"

namespace metricstream::sink {

// The lanes of one partition: one a retention policy (1.x) or bucket (2.x), found by what it holds: "raw" or a window
// size. Thread-safe as far as Lane is.
class LaneSet {
 public:
  using Lanes = std::map<std::string, std::shared_ptr<Lane>, std::less<>>;
  explicit LaneSet(Lanes lanes) : lanes_(std::move(lanes)) {}

  // One of the sizes that the sink was made with; another is a bug and throws std::out_of_range.
  [[nodiscard]] Lane& lane(std::string_view size) const;
  // Minimum over the lanes: n of the commit is its offset, or the fold's position where there is none.
  [[nodiscard]] std::optional<Lane::Frontier> oldest_unsettled() const;
  [[nodiscard]] std::size_t queued_bytes() const;
  [[nodiscard]] const Lanes& lanes() const { return lanes_; }

 private:
  Lanes lanes_;
};

// A policy of the sink by what it holds.
struct SinkPolicy {
  std::string size;  // "raw" or a window size: the key of LaneSet::lane
  influx::Policy policy;
};

struct SinkOptions {
  influx::Endpoint endpoint;
  std::vector<SinkPolicy> policies;
  BatchLimits batch;
  std::chrono::milliseconds timeout = std::chrono::seconds{10};
  int gzip_level = 1;
  std::chrono::milliseconds first_retry{100};
  std::chrono::milliseconds longest_retry = std::chrono::seconds{10};
  // Asked on the sink's thread immediately before every request; false holds the partition's lanes back (asked again
  // after 100 ms). Empty: always true. The lease belongs here, and a partition that a rebalance took for a moment.
  std::function<bool(std::int32_t partition)> may_send;
};

// Reads the secret files. `sizes`: "raw" and the window sizes in use, such as "10s".
[[nodiscard]] Result<SinkOptions> make_sink_options(const SinkSettings& settings, std::span<const std::string> sizes);

// Writes every lane's lines to InfluxDB from one thread of its own: one request of a lane in flight, the next one only
// after 204, other answers by influx::WritePlan, nothing dropped silently.
// open() and close() from one thread; the rest from any.
class Sink {
 public:
  // The references must outlive this object. Throws std::invalid_argument where endpoint.url is no URL.
  Sink(SinkOptions options, DeadLetterSink& dead_letters, const Clock& clock, metrics::Registry& registry, Logger log);
  // As close() of every partition; connections are reset and the thread is joined without waiting for answers.
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // The partition's lanes begin to send. Valid until close() of the same partition; opening twice is a bug and throws.
  LaneSet& open(std::int32_t partition);
  // Revoked: the queues are dropped and nothing more is sent; a request in flight is left to end by itself.
  void close(std::int32_t partition);

  // Sends what is queued at once and waits until it is settled; false when `timeout` came first.
  [[nodiscard]] bool flush_and_wait(std::chrono::milliseconds timeout);
  // Why InfluxDB refuses every request (credential, database, address); none while all is well. For readiness.
  [[nodiscard]] std::optional<std::string> misconfigured() const;
  [[nodiscard]] std::size_t queued_bytes() const;
  // Also of partitions that were closed meanwhile.
  [[nodiscard]] std::size_t requests_in_flight() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace metricstream::sink
