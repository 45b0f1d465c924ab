// Private to common/kafka.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/kafka/log_reader.hpp"
#include "common/kafka/rdkafka_handles.hpp"

namespace metricstream::kafka {

// What these partitions hold now, in the order asked, in two requests a leader. Blocks up to `timeout`.
[[nodiscard]] Result<std::vector<OffsetRange>> fetch_offset_ranges(rd_kafka_t& client, const std::string& topic,
                                                                   std::span<const std::int32_t> partitions,
                                                                   std::chrono::milliseconds timeout);

}  // namespace metricstream::kafka
