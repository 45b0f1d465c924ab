#include <gtest/gtest.h>

#include "common/base/blank.hpp"
#include "common/base/decimal.hpp"

namespace metricstream {
namespace {

TEST(Trimmed, LosesBlanksAndTabsAtBothEndsAndNothingElse) {
  EXPECT_EQ(trimmed(" \t a\tb c\t "), "a\tb c");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed("\na\r"), "\na\r");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(AppendDecimal, AppendsEveryDigit) {
  std::string out = "n=";
  append_decimal(out, 0);
  append_decimal(out, UINT64_MAX);
  EXPECT_EQ(out, "n=018446744073709551615");
}

}  // namespace
}  // namespace metricstream
