#include "services/ingestion/record_message.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "common/base/murmur2.hpp"
#include "common/codec/record.hpp"

namespace metricstream::ingestion {
namespace {

using Headers = std::map<std::string, std::string>;

Headers headers_of(const kafka::Message& message) {
  Headers out;
  for (const auto& header : message.headers) EXPECT_TRUE(out.emplace(header.name, header.value).second) << header.name;
  return out;
}

kafka::Message message_of(const http::RequestHead& head) {
  const auto record = std::make_unique<Record>();
  record->client_id = "web-1";
  record->partitions = 12;
  return make_message(*record, {.key = {}, .batch_id = "b-7"}, head);
}

TEST(RecordMessage, CarriesTheRequestsIdAndTraceInItsHeaders) {
  http::RequestHead head;
  head.request_id = "rid-77";
  head.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(headers_of(message_of(head)), (Headers{{"content-type", "application/x-protobuf"},
                                                   {"ms-schema-version", "1"},
                                                   {"ms-client-id", "web-1"},
                                                   {"ms-batch-id", "b-7"},
                                                   {"ms-request-id", "rid-77"},
                                                   {"traceparent", std::string(head.traceparent)}}));
}

TEST(RecordMessage, HasNoTraceparentWhereTheRequestHasNone) {
  http::RequestHead head;
  head.request_id = "rid-77";
  EXPECT_FALSE(headers_of(message_of(head)).contains("traceparent"));
}

TEST(RecordMessage, IsKeyedByTheClientWhichChoosesThePartition) {
  const auto message = message_of({});
  EXPECT_EQ(message.key, "web-1");
  EXPECT_EQ(message.partition, partition_for("web-1", 12));
  Record decoded;
  ASSERT_TRUE(decode_record(message.payload, decoded).has_value());
  EXPECT_EQ(decoded.client_id, "web-1");
}

}  // namespace
}  // namespace metricstream::ingestion
