#include "common/kafka/statistics.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace metricstream::kafka {
namespace {

// Cut from a document of librdkafka 2.0.2.
constexpr std::string_view kDocument = R"({ "name": "rdkafka#producer-2", "type": "producer", "ts":5076654287,
"age":600208, "replyq":3, "msg_cnt":17, "msg_size":4242, "msg_max":100000, "msg_size_max":1073741824, "simple_cnt":0,
"brokers":{
"127.0.0.1:34105/2": { "name":"127.0.0.1:34105/2", "nodeid":2, "source":"learned", "state":"UP", "outbuf_msg_cnt":5,
"txretries":7, "req_timeouts":2, "int_latency": { "min":0, "p95": 9999, "p99": 99999, "p99_99": 999999 },
"rtt": { "min":80, "p95": 120, "p99": 250, "p99_99": 7777, "cnt":9 }, "toppars":{ "metrics-raw-1": {
"topic":"metrics-raw", "partition":1} } } ,
"127.0.0.1:43651/1": { "name":"127.0.0.1:43651/1", "nodeid":1, "source":"configured", "state":"CONNECT",
"txretries":1, "req_timeouts":3, "rtt": { "min":89, "p95": 89, "p99": 89, "p99_99": 89, "cnt":1 }, "toppars":{ } } },
"topics":{ "metrics-raw": { "topic":"metrics-raw", "partitions":{ "0": { "partition":0, "msg_cnt":99,
"msg_size":9, "nodeid":5, "state":"UP", "txretries":1000 } } } }, "tx":12, "rx":12, "txmsgs":50 })";

TEST(StatisticsTest, TheQueueIsTheWholeClients) {
  const ClientStatistics statistics = parse_statistics(kDocument);
  EXPECT_EQ(statistics.queued_messages, 17U);
  EXPECT_EQ(statistics.queued_bytes, 4242U);
}

TEST(StatisticsTest, BrokersAreAddedUpAndTheSlowestRoundTripCounts) {
  const ClientStatistics statistics = parse_statistics(kDocument);
  EXPECT_EQ(statistics.retries, 8U);
  EXPECT_EQ(statistics.request_timeouts, 5U);
  EXPECT_EQ(statistics.broker_rtt_p99_us, 250);
  EXPECT_EQ(statistics.brokers_up, 1U);
}

TEST(StatisticsTest, AnyPrefixOfADocumentIsReadWithoutHarm) {
  for (std::size_t length = 0; length <= kDocument.size(); ++length) {
    // A copy of its own, so that a read beyond the end is seen by the sanitizer.
    const std::string cut(kDocument.substr(0, length));
    const ClientStatistics statistics = parse_statistics(cut);
    EXPECT_LE(statistics.retries, 8U);
    EXPECT_LE(statistics.brokers_up, 1U);
  }
}

TEST(StatisticsTest, WhatIsMissingOrNegativeIsZero) {
  const ClientStatistics statistics = parse_statistics(R"({"msg_cnt":-5,"msg_size":"many"})");
  EXPECT_EQ(statistics.queued_messages, 0U);
  EXPECT_EQ(statistics.queued_bytes, 0U);
  EXPECT_EQ(statistics.brokers_up, 0U);
}

}  // namespace
}  // namespace metricstream::kafka
