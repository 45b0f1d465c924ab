// Numbers of RFC 8259: every one that is JSON becomes the double nearest to it, bit by bit, or is refused alone as too
// large; every one that is not JSON is refused at its byte.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "tests/unit/codec/json_fixture.hpp"
#include "tests/unit/codec/json_number_rows.hpp"

namespace metricstream {
namespace {

using testing::kBadNumbers;
using testing::kExactNumbers;
using testing::kTooLargeNumbers;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

class JsonNumbers : public testing::JsonBatch {
 protected:
  // As the value of a sample, as a field, as a member of a flat body.
  static std::vector<std::string> bodies(const std::string& number) {
    return {R"({"name":"a","value":)" + number + "}", R"([{"name":"a","fields":{"value":)" + number + "}}]",
            R"({"a":)" + number + "}", "[{\"value\": \t" + number + "\r\n,\"name\":\"a\"}]"};
  }
  void expect_exact(const std::string& number) {
    const double expected = std::strtod(number.c_str(), nullptr);
    for (const std::string& body : bodies(number)) {
      decode(body);
      ASSERT_EQ(batch_.size(), 1U) << number.substr(0, 100);
      ASSERT_EQ(bits(batch_.values[0]), bits(expected))
          << number.substr(0, 100) << " became " << batch_.values[0] << " instead of " << expected;
    }
  }
  void expect_too_large(const std::string& number) {
    for (const std::string& body : bodies(number)) {
      ASSERT_EQ(reason(body).substr(0, 18), "value_out_of_range") << number.substr(0, 100);
    }
  }
};

TEST_F(JsonNumbers, that_are_none_are_refused_at_their_byte_wherever_they_stand) {
  for (const auto& [text, at] : kBadNumbers) {
    for (const std::string before : {"[", R"({"name":"a","value":)", R"({"a":)", R"({"name":"a","value":1,"x":[)",
                                     R"([{"name":"a","fields":{"a":)", R"({"name":"a","timestamp": )"}) {
      std::string after;
      for (std::size_t i = before.size(); i > 0; --i) {
        if (before[i - 1] == '[') after += ']';
        if (before[i - 1] == '{') after += '}';
      }
      EXPECT_EQ(position(before + std::string(text) + after), before.size() + at) << before << text << after;
    }
  }
}

TEST_F(JsonNumbers, become_the_nearest_double_to_the_bit) {
  for (const std::string_view text : kExactNumbers) expect_exact(std::string(text));
  decode(R"([{"name":"a","value":5e-324},{"name":"a","value":-0},{"name":"a","value":9007199254740993}])");
  EXPECT_EQ(bits(batch_.values[0]), 1U);
  EXPECT_EQ(bits(batch_.values[1]), std::uint64_t{1} << 63U);
  EXPECT_EQ(bits(batch_.values[2]), 0x4340'0000'0000'0000U);
}

TEST_F(JsonNumbers, too_large_for_a_double_refuse_their_sample_alone) {
  for (const std::string_view text : kTooLargeNumbers) expect_too_large(std::string(text));
  EXPECT_EQ(decode(R"([{"name":"a","value":1e309},{"name":"a","value":1}])").accepted, 1U);
}

TEST_F(JsonNumbers, of_a_million_digits_are_read_exactly_or_refused) {
  const std::string million(1'000'000, '0');
  expect_exact("0." + std::string(1'000'000, '3'));
  expect_exact("-0." + million + "1");
  expect_exact("1" + million + "e-1000000");
  expect_exact("0." + million + "1e1000001");
  expect_exact("1." + million + "1");
  expect_exact("1.00000000000000011102230246251565404236316680908203125" + million + "1");  // a hair above a tie
  expect_too_large("1" + million);
  expect_too_large(std::string(1'000'000, '9'));
  EXPECT_EQ(position("[" + million + "]"), 2U);
  EXPECT_EQ(position("[1e" + std::string(1'000'000, '9') + "]"), 12U);
  EXPECT_EQ(position("[1e" + million + "x]"), 1'000'003U);
  expect_exact("1e" + million + "5");
}

TEST_F(JsonNumbers, random_decimals_agree_with_strtod_to_the_bit) {
  std::mt19937_64 random(754);
  const auto digits = [&](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += static_cast<char>('0' + random() % 10);
    return out;
  };
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> numbers;
    std::string body = "[";
    for (int i = 0; i < 500; ++i) {
      std::string number = random() % 2 == 0 ? "-" : "";
      number +=
          random() % 4 == 0 ? "0" : std::to_string(1 + random() % 9) + digits(random() % (i % 50 == 0 ? 400 : 25));
      if (random() % 3 != 0) number += "." + digits(1 + random() % (i % 50 == 1 ? 800 : 25));
      if (random() % 2 == 0) number += "e" + std::to_string(static_cast<int>(random() % 660) - 350);
      body += std::string(i > 0 ? "," : "") + R"({"name":"a","value":)" + number + "}";
      numbers.push_back(std::move(number));
    }
    decode(body + "]");
    std::size_t position = 0;
    for (std::uint32_t i = 0; i < numbers.size(); ++i) {
      const double expected = std::strtod(numbers[i].c_str(), nullptr);
      if (std::abs(expected) > std::numeric_limits<double>::max()) continue;
      ASSERT_LT(position, batch_.size());
      ASSERT_EQ(batch_.indexes[position], i) << numbers[i];
      ASSERT_EQ(bits(batch_.values[position]), bits(expected)) << numbers[i];
      ++position;
    }
    ASSERT_EQ(position, batch_.size());
  }
}

TEST_F(JsonNumbers, of_every_kind_are_skipped_in_members_that_nobody_wants) {
  for (const std::string_view text : kExactNumbers) {
    EXPECT_EQ(decode(R"({"name":"a","value":1,"x":[{"y":)" + std::string(text) + "}]}").accepted, 1U) << text;
  }
  for (const std::string_view text : kTooLargeNumbers) {
    EXPECT_EQ(decode(R"({"name":"a","value":1,"x":)" + std::string(text) + "}").accepted, 1U) << text;
  }
}

}  // namespace
}  // namespace metricstream
