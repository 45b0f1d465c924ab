#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "services/aggregator/fold/partition_fold.hpp"

namespace metricstream::fold {

// Changes whenever the same log and settings would give other results.
constexpr std::uint32_t kFoldVersion = 2;

// What travels with every committed offset, as ASCII: `2;TB;n;C;fp;fold version;settings hash`, at most 150 bytes.
// The committed offset itself is B. A fingerprint or hash that is not known is `-`.
struct CommitMetadata {
  TimeNs stream_time = 0;         // TB: stream time before record B
  std::int64_t live_from = 0;     // n: everything that records before it caused is durable outside
  TimeNs closed_through = 0;      // C
  std::string fingerprint = "-";  // of record n - 1: another log behind the same offsets is noticed
  std::string fold_version = "-";
  std::string settings_hash = "-";

  bool operator==(const CommitMetadata&) const = default;
  // The very first commit of a group, made by `metricstream-admin setup kafka`.
  [[nodiscard]] bool is_first() const { return live_from == 0; }
};

[[nodiscard]] std::string encode(const CommitMetadata& metadata);
// Never guesses: what cannot be read stops the partition.
[[nodiscard]] Result<CommitMetadata> parse_commit_metadata(std::string_view text);

// The fingerprint of a record's bytes.
[[nodiscard]] std::string fingerprint(std::string_view record);

}  // namespace metricstream::fold
