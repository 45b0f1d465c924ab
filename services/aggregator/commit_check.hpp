#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/kafka/consumer.hpp"
#include "services/aggregator/fold/commit_metadata.hpp"

namespace metricstream::aggregator {

// The first offset that an owner who begins at this commit has to read: B, or record n - 1 where that is the earlier
// one and its fingerprint is to be checked.
[[nodiscard]] std::int64_t first_to_consume(std::int64_t begin, const fold::CommitMetadata& commit);

// Why no owner can begin at this commit: n lies below the offset B that it came with, or the log does not reach from
// what has to be read again to n. Everything below n counts as written, so that records which a shortened log gets at
// these offsets would be taken for a replay. Both ends are what the partition's leader says now. Pure.
[[nodiscard]] std::optional<std::string> reason_to_stop(std::int64_t begin, const fold::CommitMetadata& commit,
                                                        kafka::Watermarks log);

}  // namespace metricstream::aggregator
