#pragma once

#include <cstdint>

namespace metricstream::kafka {

// Why a commit was not stored, by what follows from it.
enum class CommitError : std::uint8_t {
  none,
  rebalance_in_progress,    // REBALANCE_IN_PROGRESS: still the owner until on_revoked; commit again later
  ownership_lost,           // ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID: somebody else may own the partition already
  fenced,                   // FENCED_INSTANCE_ID: another process has our instance id; this one must end
  coordinator_unavailable,  // timeouts, transport, coordinator moving or loading: stored or not is unknown
  refused,                  // authorization, metadata too large, unknown partition: retrying cannot help
};

// True where the same commit may succeed later and the partition is still ours meanwhile.
[[nodiscard]] bool is_retryable(CommitError error);
// False where writes to the outside must stop at once.
[[nodiscard]] bool keeps_ownership(CommitError error);
[[nodiscard]] const char* name_of(CommitError error);

enum class ConsumerError : std::uint8_t {
  offset_out_of_range,  // _AUTO_OFFSET_RESET: the log no longer (or not yet) holds the position
  corrupt_message,      // CRC or framing: skipping it would be silent loss
  fenced,               // fatal FENCED_INSTANCE_ID
  fatal,                // any other fatal error: the handle is dead
  poll_interval,        // max.poll.interval.ms exceeded: kicked from the group, rejoins at the next poll
  topic_missing,        // unknown topic or partition
  not_authorized,
  brokers_unreachable,  // heals by itself
  other,                // heals by itself, or shows up as one of the above
};

enum class ConsumerAction : std::uint8_t {
  wait,            // log it; librdkafka retries
  stop_partition,  // alarm, consume nothing more of this partition, write nothing for it
  stop_process,    // end with an error: nothing this process does can help
};

// What to do about an error. fenced and fatal end the process; a hole or corruption stops the partition.
[[nodiscard]] ConsumerAction action_for(ConsumerError error);
[[nodiscard]] const char* name_of(ConsumerError error);

}  // namespace metricstream::kafka
