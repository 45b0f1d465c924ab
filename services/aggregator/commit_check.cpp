#include "services/aggregator/commit_check.hpp"

#include <algorithm>

namespace metricstream::aggregator {

std::int64_t first_to_consume(std::int64_t begin, const fold::CommitMetadata& commit) {
  const bool check = commit.live_from > 0 && commit.fingerprint != "-";
  return check ? std::min(begin, commit.live_from - 1) : begin;
}

std::optional<std::string> reason_to_stop(std::int64_t begin, const fold::CommitMetadata& commit,
                                          kafka::Watermarks log) {
  if (commit.live_from < begin) {
    return "the commit's n (" + std::to_string(commit.live_from) + ") is below its offset (" + std::to_string(begin) +
           "): it was not made by an aggregator; restore the group's commit, or reset the group (docs/operations.md)";
  }
  if (commit.live_from > log.high) {
    return "the commit says that records up to offset " + std::to_string(commit.live_from) +
           " were written, but the log ends at " + std::to_string(log.high) +
           ": Kafka lost the end of the log, or the topic was re-created; bring the log back, or reset the group "
           "(docs/operations.md)";
  }
  const std::int64_t first = first_to_consume(begin, commit);
  if (first < log.low) {
    return "records from offset " + std::to_string(first) + " on are needed, but the log begins at " +
           std::to_string(log.low) +
           ": Kafka deleted them before they were aggregated; raise the topic's retention, then reset the group "
           "(docs/operations.md)";
  }
  return std::nullopt;
}

}  // namespace metricstream::aggregator
