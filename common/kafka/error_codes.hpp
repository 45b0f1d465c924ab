// Private to common/kafka: librdkafka's codes in our words.
#pragma once

#include <librdkafka/rdkafka.h>

#include "common/kafka/errors.hpp"

namespace metricstream::kafka {

[[nodiscard]] CommitError commit_error_of(rd_kafka_resp_err_t code);
// Of a code from a poll or an error callback; of a fatal error, the code behind RD_KAFKA_RESP_ERR__FATAL.
[[nodiscard]] ConsumerError consumer_error_of(rd_kafka_resp_err_t code);
[[nodiscard]] ConsumerError fatal_error_of(rd_kafka_resp_err_t cause);

}  // namespace metricstream::kafka
