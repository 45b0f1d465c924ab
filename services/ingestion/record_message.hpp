#pragma once

#include "common/http/request.hpp"
#include "common/kafka/producer.hpp"
#include "common/model/record.hpp"
#include "services/ingestion/batch_key.hpp"

namespace metricstream::ingestion {

// A record as the Kafka message that carries it: key = client id, partition = murmur2(client id) mod N, headers
// content-type, ms-schema-version, ms-client-id, ms-batch-id, ms-request-id and, where the request has one,
// traceparent. Pure.
[[nodiscard]] kafka::Message make_message(const Record& record, const BatchIdentity& identity,
                                          const http::RequestHead& head);

}  // namespace metricstream::ingestion
