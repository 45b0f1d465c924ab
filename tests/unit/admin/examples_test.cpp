#include "services/admin/examples.hpp"

#include <gtest/gtest.h>

#include "common/codec/json_batch.hpp"

namespace metricstream::admin {
namespace {

constexpr TimeNs kNow = 1'795'256'135 * kSecond + 348 * kMillisecond;

TEST(Examples, TheServerAcceptsEverySampleOfEveryDocument) {
  for (const auto& example : examples()) {
    JsonBatchDecoder decoder;
    Batch batch;
    const std::string body = example_body(example, kNow);
    const auto decoded = decoder.decode(body, kNow, {}, batch);
    ASSERT_TRUE(decoded) << example.number << ": " << decoded.error().message;
    EXPECT_EQ(decoded->rejected, 0U) << example.number;
    EXPECT_EQ(decoded->accepted, example.number == "004" ? 2U : 1U) << "cpu and ram are samples of their own";
    EXPECT_EQ(decoded->unknown_members, 0U) << example.number;
  }
}

TEST(Examples, AreFoundByTheirNumberOnly) {
  EXPECT_EQ(find_example("003")->path, "/api/v1/metrics");
  EXPECT_FALSE(find_example("3"));
  EXPECT_FALSE(find_example("005"));
}

TEST(Examples, ATimeInADocumentBecomesTheTimeOfSending) {
  EXPECT_NE(example_body(*find_example("003"), kNow).find(R"("timestamp":1795256135,)"), std::string::npos);
  EXPECT_NE(example_body(*find_example("004"), kNow).find(R"("timestamp":1795256135348})"), std::string::npos);
}

}  // namespace
}  // namespace metricstream::admin
