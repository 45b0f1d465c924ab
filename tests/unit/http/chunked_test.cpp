#include "common/http/chunked.hpp"

#include <gtest/gtest.h>

#include <random>

namespace metricstream::http {
namespace {

using Status = ChunkedDecoder::Status;

struct Outcome {
  Status status = Status::need_more;
  std::string out;
  std::size_t used = 0;
};

// Feeds `input` in pieces of `step` bytes until the decoder has an answer.
Outcome decode(std::string_view input, std::size_t step, std::size_t limit = 1 << 20) {
  ChunkedDecoder decoder;
  Outcome outcome;
  while (outcome.used < input.size() && outcome.status == Status::need_more) {
    std::size_t used = 0;
    outcome.status = decoder.feed(input.substr(outcome.used, step), outcome.out, limit, used);
    outcome.used += used;
  }
  return outcome;
}

std::string hex(std::size_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "%zx", value);
  return text;
}

TEST(ChunkedDecoder, GivesBackAnyBodyHoweverItIsChunkedAndCut) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string body;
    std::string wire;
    const std::size_t chunks = random() % 8;
    for (std::size_t i = 0; i < chunks; ++i) {
      std::string data(1 + random() % 300, '\0');
      for (char& c : data) c = static_cast<char>(random());
      body += data;
      wire += hex(data.size()) + (random() % 4 == 0 ? ";name=value" : "") + "\r\n" + data + "\r\n";
    }
    wire += "0\r\n\r\n";
    const std::string behind = "POST /next";
    const Outcome outcome = decode(wire + behind, 1 + random() % 64);
    ASSERT_EQ(outcome.status, Status::done);
    ASSERT_EQ(outcome.out, body);
    ASSERT_EQ(outcome.used, wire.size()) << "what is behind belongs to the next request";
  }
}

TEST(ChunkedDecoder, RefusesWhatIsNotExactlyChunked) {
  for (const std::string_view wire : {"\r\n", "g\r\n", "-1\r\n", "+1\r\na\r\n", " 1\r\na\r\n", "1 \r\na\r\n",
                                      "0x1\r\na\r\n", "1\na\r\n", "1\r\nab\r\n", "1\r\na\n", "1\r\na\r\r",
                                      "0\r\nA b\r\n\r\n", "0\r\n\n", "1;a\nb\r\n", "1234567890abcdef\r\n", ";a\r\n"}) {
    EXPECT_EQ(decode(wire, wire.size()).status, Status::malformed) << wire;
    EXPECT_EQ(decode(wire, 1).status, Status::malformed) << wire;
  }
}

TEST(ChunkedDecoder, DropsTrailersThatAreWellFormedAndFew) {
  const auto status = [](const std::string& trailer, std::size_t step) {
    const Outcome outcome = decode("2\r\nhi\r\n0\r\n" + trailer + "\r\n", step);
    if (outcome.status == Status::done) EXPECT_EQ(outcome.out, "hi");
    return outcome.status;
  };
  const auto times = [](unsigned count, const std::string& line) {
    std::string out;
    for (unsigned i = 0; i < count; ++i) out += line;
    return out;
  };
  constexpr unsigned kMostFields = ChunkedDecoder::kMaxTrailerFields;
  constexpr unsigned kMostBytes = ChunkedDecoder::kMaxTrailerBytes;
  for (const std::size_t step : {1UL, 7UL, 100'000UL}) {
    EXPECT_EQ(status("Authorization: x\r\nEmpty:\r\n", step), Status::done);
    EXPECT_EQ(status(times(kMostFields, "A: b\r\n"), step), Status::done);
    EXPECT_EQ(status(times(kMostFields + 1, "A: b\r\n"), step), Status::malformed);
    EXPECT_EQ(status("A:" + std::string(kMostBytes - 4, 'b') + "\r\n", step), Status::done);
    EXPECT_EQ(status("A:" + std::string(kMostBytes - 3, 'b') + "\r\n", step), Status::malformed);
    for (const std::string_view bad : {"A b\r\n", ": b\r\n", "A : b\r\n", "A: b\r\n c\r\n", "A: b\n", "A: \x01\r\n"}) {
      EXPECT_EQ(status(std::string(bad), step), Status::malformed) << bad;
    }
  }
}

TEST(ChunkedDecoder, RefusesAChunkThatDoesNotFitBeforeItsDataHasCome) {
  EXPECT_EQ(decode("5\r\nhello\r\nffffff\r\n", 100, 10).status, Status::too_large);
  EXPECT_EQ(decode("5\r\n", 100, 4).status, Status::too_large);
  EXPECT_EQ(decode("5\r\n", 100, 5).status, Status::need_more);
}

TEST(ChunkedDecoder, StopsAtTheLimit) {
  EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", 100, 5).status, Status::done);
  EXPECT_EQ(decode("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 100, 5).status, Status::too_large);
  EXPECT_EQ(decode("6\r\nhello!\r\n0\r\n\r\n", 1, 5).status, Status::too_large);
}

TEST(ChunkedDecoder, LimitsTheFramingAroundTheData) {
  EXPECT_EQ(decode("1;" + std::string(256, 'x') + "\r\na\r\n0\r\n\r\n", 64).status, Status::done);
  EXPECT_EQ(decode("1;" + std::string(257, 'x') + "\r\na\r\n0\r\n\r\n", 64).status, Status::malformed);
  std::string tiny;
  for (int i = 0; i < 100'000; ++i) tiny += "1\r\na\r\n";
  EXPECT_EQ(decode(tiny + "0\r\n\r\n", 4096).status, Status::malformed);
}

}  // namespace
}  // namespace metricstream::http
