#include "common/kafka/error_codes.hpp"

namespace metricstream::kafka {

CommitError commit_error_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return CommitError::none;
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      return CommitError::rebalance_in_progress;
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
      return CommitError::ownership_lost;
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__FATAL:
      return CommitError::fenced;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return CommitError::refused;
    default:
      // REQUEST_TIMED_OUT, COORDINATOR_*, NOT_COORDINATOR, _TRANSPORT, _TIMED_OUT, _WAIT_COORD, _DESTROY, ...
      return CommitError::coordinator_unavailable;
  }
}

ConsumerError consumer_error_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return ConsumerError::offset_out_of_range;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
      return ConsumerError::corrupt_message;
    case RD_KAFKA_RESP_ERR__FATAL:
      return ConsumerError::fatal;
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return ConsumerError::fenced;
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
      return ConsumerError::poll_interval;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ConsumerError::topic_missing;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return ConsumerError::not_authorized;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
      return ConsumerError::brokers_unreachable;
    default:
      return ConsumerError::other;
  }
}

ConsumerError fatal_error_of(rd_kafka_resp_err_t cause) {
  return cause == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID ? ConsumerError::fenced : ConsumerError::fatal;
}

}  // namespace metricstream::kafka
