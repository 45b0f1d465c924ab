#include "services/ingestion/record_message.hpp"

#include <string>

#include "common/base/murmur2.hpp"
#include "common/codec/record.hpp"

namespace metricstream::ingestion {

kafka::Message make_message(const Record& record, const BatchIdentity& identity, const http::RequestHead& head) {
  kafka::Message message;
  message.partition = partition_for(record.client_id, record.partitions);
  message.key = record.client_id;
  encode_record(record, message.payload);
  message.headers.reserve(6);
  message.headers.push_back({"content-type", "application/x-protobuf"});
  message.headers.push_back({"ms-schema-version", std::to_string(record.schema_version)});
  message.headers.push_back({"ms-client-id", std::string(record.client_id)});
  message.headers.push_back({"ms-batch-id", identity.batch_id});
  message.headers.push_back({"ms-request-id", std::string(head.request_id)});
  if (!head.traceparent.empty()) message.headers.push_back({"traceparent", std::string(head.traceparent)});
  return message;
}

}  // namespace metricstream::ingestion
