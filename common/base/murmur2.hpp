#pragma once

#include <cstdint>
#include <string_view>

namespace metricstream {

// Kafka's variant of MurmurHash2 (org.apache.kafka.common.utils.Utils.murmur2, seed 0x9747b28c).
[[nodiscard]] std::uint32_t murmur2(std::string_view key);

// The partition that Kafka's Java clients choose for the same key: (murmur2(key) & 0x7fffffff) mod partitions.
// `partitions` > 0.
[[nodiscard]] std::int32_t partition_for(std::string_view key, std::int32_t partitions);

}  // namespace metricstream
