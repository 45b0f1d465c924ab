#include "common/kafka/errors.hpp"

namespace metricstream::kafka {

bool is_retryable(CommitError error) {
  return error == CommitError::rebalance_in_progress || error == CommitError::coordinator_unavailable;
}

bool keeps_ownership(CommitError error) { return error != CommitError::ownership_lost && error != CommitError::fenced; }

const char* name_of(CommitError error) {
  switch (error) {
    case CommitError::none:
      return "none";
    case CommitError::rebalance_in_progress:
      return "rebalance_in_progress";
    case CommitError::ownership_lost:
      return "ownership_lost";
    case CommitError::fenced:
      return "fenced";
    case CommitError::coordinator_unavailable:
      return "coordinator_unavailable";
    case CommitError::refused:
      return "refused";
  }
  return "unknown";
}

ConsumerAction action_for(ConsumerError error) {
  switch (error) {
    case ConsumerError::offset_out_of_range:
    case ConsumerError::corrupt_message:
      return ConsumerAction::stop_partition;
    case ConsumerError::fenced:
    case ConsumerError::fatal:
      return ConsumerAction::stop_process;
    case ConsumerError::poll_interval:
    case ConsumerError::topic_missing:
    case ConsumerError::not_authorized:
    case ConsumerError::brokers_unreachable:
    case ConsumerError::other:
      return ConsumerAction::wait;
  }
  return ConsumerAction::wait;
}

const char* name_of(ConsumerError error) {
  switch (error) {
    case ConsumerError::offset_out_of_range:
      return "offset_out_of_range";
    case ConsumerError::corrupt_message:
      return "corrupt_message";
    case ConsumerError::fenced:
      return "fenced";
    case ConsumerError::fatal:
      return "fatal";
    case ConsumerError::poll_interval:
      return "poll_interval";
    case ConsumerError::topic_missing:
      return "topic_missing";
    case ConsumerError::not_authorized:
      return "not_authorized";
    case ConsumerError::brokers_unreachable:
      return "brokers_unreachable";
    case ConsumerError::other:
      return "other";
  }
  return "unknown";
}

}  // namespace metricstream::kafka
