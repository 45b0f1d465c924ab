#pragma once

#include <cstdint>
#include <string_view>

namespace metricstream::kafka {

// The few of librdkafka's statistics (STATISTICS.md) that are worth exporting.
struct ClientStatistics {
  std::uint64_t queued_messages = 0;  // waiting in or in flight from the client
  std::uint64_t queued_bytes = 0;
  std::uint64_t request_timeouts = 0;  // since start, all brokers
  std::uint64_t retries = 0;           // since start, all brokers
  std::int64_t broker_rtt_p99_us = 0;  // the slowest broker's
  std::uint32_t brokers_up = 0;
};

// Reads librdkafka's statistics document. What is missing stays 0: statistics never fail a service.
[[nodiscard]] ClientStatistics parse_statistics(std::string_view json);

}  // namespace metricstream::kafka
