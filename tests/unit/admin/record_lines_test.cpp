#include "services/admin/record_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/codec/json_batch.hpp"

namespace metricstream::admin {
namespace {

constexpr TimeNs kNow = 1'795'256'135 * kSecond + 348 * kMillisecond;

struct TwoSamples {
  std::string body =
      R"({"metrics":[{"name":"cpu.usage.percent","value":75.3,"timestamp":1795256135348,"tags":{"core":"0","host":"a"}},)"
      R"({"name":"load.1m","value":2,"timestamp":1795256135}]})";
  Record record;

  TwoSamples() {
    JsonBatchDecoder decoder;
    const auto decoded = decoder.decode(body, kNow, {}, record.batch);
    EXPECT_TRUE(decoded);
    record.client_id = "web-01";
    record.accepted_at = kNow;
  }
};

TEST(RecordLines, AreOneASampleForPeople) {
  const TwoSamples two;
  std::string out;
  append_text_lines({3, 1234, kNow}, nullptr, two.record, out);
  EXPECT_EQ(out,
            "2026-11-21T10:15:35.348Z client=web-01 cpu.usage.percent{core=0,host=a} 75.3  3/1234\n"
            "2026-11-21T10:15:35.000Z client=web-01 load.1m 2  3/1234\n");
}

TEST(RecordLines, JsonLinesSayWhereTheRecordStands) {
  const TwoSamples two;
  std::string out;
  append_placed_json_lines({3, 1234, kNow}, {"r-1", "b\"1", std::nullopt}, two.record, out);
  EXPECT_EQ(std::ranges::count(out, '\n'), 2);
  const std::string front = R"({"partition":3,"offset":1234,"appended_at_ns":1795256135348000000,)"
                            R"("request_id":"r-1","batch_id":"b\"1","traceparent":null,")";
  EXPECT_TRUE(out.starts_with(front)) << out;
  EXPECT_TRUE(out.substr(out.find('\n') + 1).starts_with(front)) << out;
  EXPECT_TRUE(out.ends_with("}\n")) << out;
  EXPECT_NE(out.find(R"("name":"load.1m")"), std::string::npos);
}

TEST(RecordLines, SayWhichRequestTheyCameFromWhereThatIsAsked) {
  const TwoSamples two;
  std::string out;
  const RequestHeaders all{"r-1", "b 1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
  append_text_lines({3, 1234, kNow}, &all, two.record, out);
  EXPECT_TRUE(
      out.ends_with(" 2  3/1234 request=r-1 batch=b 1 "
                    "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n"))
      << out;
  out.clear();
  const RequestHeaders none;
  append_text_lines({3, 1234, kNow}, &none, two.record, out);
  EXPECT_TRUE(out.ends_with(" 2  3/1234\n")) << out;
}

TEST(RecordLines, AClientCannotForgeALine) {
  TwoSamples two;
  two.record.client_id = "a\nb\x1b[2J";
  std::string out;
  const RequestHeaders forged{"r\n", "\x1b[2J", "\r\n"};
  append_text_lines({0, 0, kNow}, &forged, two.record, out);
  append_placed_json_lines({0, 0, kNow}, forged, two.record, out);
  EXPECT_EQ(std::ranges::count(out, '\n'), 4);
  EXPECT_EQ(out.find_first_of("\r\x1b"), std::string::npos);
}

TEST(RecordLines, ATickIsALineOfItsOwn) {
  Record tick;
  tick.kind = RecordKind::tick;
  std::string out;
  append_text_lines({1, 7, kNow}, nullptr, tick, out);
  EXPECT_EQ(out, "2026-11-21T10:15:35.348Z tick  1/7\n");
}

TEST(FormatTime, IsExactAndRightBefore1970) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_time(1), "1970-01-01T00:00:00.000000001Z");
}

}  // namespace
}  // namespace metricstream::admin
