#include "common/codec/influx_json.hpp"

#include <gtest/gtest.h>

namespace metricstream {
namespace {

TEST(InfluxQueryAnswer, SeriesOfAllStatementsComeWithTagsColumnsAndExactNumbers) {
  const auto series = parse_influx_query(R"({"results":[{"statement_id":0,"series":[
    {"name":"cpu \"é\"","tags":{"host":"a,b","core":""},"columns":["time","value","text","flag"],
     "values":[[1700000000123456789,0.1,"x",true],[1700000000123456790,null,null,false]]}]},
    {"statement_id":1},{"statement_id":2,"series":[{"columns":["a"],"values":[[-5],[1e300],[7.5e-9]]}]}]})");
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->size(), 2U);
  const InfluxSeries& cpu = series->front();
  EXPECT_EQ(cpu.name, "cpu \"é\"");
  EXPECT_EQ(cpu.tags, (std::vector<std::pair<std::string, std::string>>{{"host", "a,b"}, {"core", ""}}));
  EXPECT_EQ(cpu.column("value"), 1U);
  EXPECT_EQ(cpu.column("nothing"), 4U);
  EXPECT_EQ(cpu.rows[0], (std::vector<InfluxValue>{std::int64_t{1700000000123456789}, 0.1, "x", true}));
  EXPECT_EQ(cpu.rows[1][1], InfluxValue{});
  EXPECT_EQ((*series)[1].rows, (std::vector<std::vector<InfluxValue>>{{std::int64_t{-5}}, {1e300}, {7.5e-9}}));
}

TEST(InfluxQueryAnswer, AnErrorIsAFailureInInfluxDbsWordsWhereverItStands) {
  for (const auto* json : {R"({"error":"database not found: x"})",
                           R"({"results":[{"series":[]},{"statement_id":1,"error":"database not found: x"}]})"}) {
    const auto answer = parse_influx_query(json);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "InfluxDB: database not found: x");
  }
}

TEST(InfluxQueryAnswer, AnythingElseIsAFailureAndNotACrash) {
  for (const auto* json : {"", "null", "[]", "{}", "{\"results\":", "<html>", "{\"results\":[]} x", "\"results\""}) {
    EXPECT_FALSE(parse_influx_query(json)) << json;
  }
  EXPECT_TRUE(parse_influx_query(R"({"results":[{"series":[{"columns":["a","b"],"values":[[1],7,[1,2,3]]}]}]})"))
      << "rows of a wrong length are brought to the columns' number";
  std::string deep(100'000, '[');
  EXPECT_FALSE(parse_influx_query(deep));
}

TEST(InfluxBuckets, CarryRetentionAndShardGroups) {
  const auto buckets = parse_influx_buckets(R"({"links":{},"buckets":[
    {"id":"b1","orgID":"o","type":"user","name":"metrics/1m",
     "retentionRules":[{"type":"expire","everySeconds":7776000,"shardGroupDurationSeconds":86400}]},
    {"id":"b2","orgID":"o","name":"for ever","retentionRules":[]}]})");
  ASSERT_TRUE(buckets);
  ASSERT_EQ(buckets->size(), 2U);
  EXPECT_EQ(buckets->front().name, "metrics/1m");
  EXPECT_EQ(buckets->front().retention_seconds, 7'776'000);
  EXPECT_EQ(buckets->front().shard_seconds, 86'400);
  EXPECT_EQ(buckets->back().retention_seconds, 0);
  EXPECT_FALSE(parse_influx_buckets("{}"));
  EXPECT_EQ(*parse_influx_org_id(R"({"orgs":[{"id":"abc","name":"o"}]})"), "abc");
  EXPECT_FALSE(parse_influx_org_id(R"({"orgs":[]})"));
}

TEST(InfluxErrors, AreReadFromBothVersionsBodiesAndFromPlainText) {
  EXPECT_EQ(influx_error_text(R"({"error":"partial write"})"), "partial write");
  EXPECT_EQ(influx_error_text(R"({"code":"unauthorized","message":"unauthorized access"})"), "unauthorized access");
  EXPECT_EQ(influx_error_text("404 page not found\n"), "404 page not found");
}

}  // namespace
}  // namespace metricstream
