#include "services/aggregator/fold/commit_metadata.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold {
namespace {

using test::Random;

TEST(CommitMetadata, ComesBackAsItWas) {
  Random random(4);
  for (int i = 0; i < 2000; ++i) {
    CommitMetadata metadata;
    metadata.stream_time = random.between(0, INT64_MAX - 1);
    metadata.live_from = random.between(0, INT64_MAX - 1);
    metadata.closed_through = random.between(-1'000'000, INT64_MAX / 2);
    if (random.chance(50)) metadata.fingerprint = fingerprint(std::to_string(i));
    if (random.chance(50)) metadata.fold_version = std::to_string(random.below(1000));
    if (random.chance(50)) metadata.settings_hash = fingerprint("s" + std::to_string(i));
    const auto parsed = parse_commit_metadata(encode(metadata));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, metadata);
  }
}

TEST(CommitMetadata, TheFirstCommitOfAGroupIsTheDocumentedText) {
  EXPECT_EQ(encode(CommitMetadata{}), "2;0;0;0;-;-;-");
  EXPECT_TRUE(parse_commit_metadata("2;0;0;0;-;-;-")->is_first());
  EXPECT_FALSE(parse_commit_metadata("2;5;1;0;-;-;-")->is_first());
}

TEST(CommitMetadata, IsShortPrintableAsciiAtTheExtremes) {
  const CommitMetadata widest{INT64_MIN,       INT64_MAX, INT64_MIN, fingerprint("x"), std::to_string(UINT32_MAX),
                              fingerprint("y")};
  const std::string text = encode(widest);
  EXPECT_LE(text.size(), 150U);
  for (const char c : text) EXPECT_TRUE(c > 0x20 && c < 0x7f);
  EXPECT_EQ(parse_commit_metadata(text).value(), widest);
}

const std::string kGood = "2;10;20;30;0123456789abcdef;1;fedcba9876543210";

std::vector<std::string> malformed() {
  return {
      std::string(),
      std::string("2"),
      std::string(";;;;;;"),
      std::string("-"),
      std::string("1;10;20;30;a;1;b"),  // another format
      std::string("22;10;20;30;a;1;b"),
      std::string("2 ;10;20;30;a;1;b"),
      std::string("2;10;20;30;a;1"),  // a part too few, and one too many
      std::string("2;10;20;30;a;1;b;"),
      std::string("2;10;20;30;a;1;b;c"),
      std::string("2;;20;30;a;1;b"),
      std::string("2;10;;30;a;1;b"),
      std::string("2;10;20;;a;1;b"),
      std::string("2;x;20;30;a;1;b"),
      std::string("2;10;2x;30;a;1;b"),
      std::string("2;10;20;3.0;a;1;b"),
      std::string("2;+10;20;30;a;1;b"),
      std::string("2; 10;20;30;a;1;b"),
      std::string("2;10;20;0x30;a;1;b"),
      std::string("2;10;-1;30;a;1;b"),                   // n below the log
      std::string("2;9223372036854775808;20;30;a;1;b"),  // out of range
      std::string("2;10;99999999999999999999;30;a;1;b"),
      std::string("2;10;20;30;;1;b"),
      std::string("2;10;20;30;a;;b"),
      std::string("2;10;20;30;a;1;"),
      std::string("2;10;20;30;a b;1;b"),
      std::string("2;10;20;30;a;1;b\n"),
      std::string("2;10;20;30;a;1;\x7f"),
      std::string("2;10;20;30;\xc3\xa4;1;b"),
      std::string("2;10;20;30;a;1;b\0", 17),
      kGood + std::string(200, 'x'),
  };
}

TEST(CommitMetadata, NothingElseIsGuessedAt) {
  ASSERT_TRUE(parse_commit_metadata(kGood));
  for (const std::string& bad : malformed()) {
    const auto parsed = parse_commit_metadata(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_NE(parsed.error().message.find("expected 2;TB;n;C"), std::string::npos);
  }
  for (std::size_t length = 0; length < kGood.rfind(';') + 1; ++length) {
    EXPECT_FALSE(parse_commit_metadata(kGood.substr(0, length))) << "cut to " << length;
  }
}

TEST(CommitMetadata, ItsLengthIsLimitedAtExactly150Bytes) {
  const std::string start = "2;10;20;30;a;1;";
  EXPECT_TRUE(parse_commit_metadata(start + std::string(150 - start.size(), 'h')));
  EXPECT_FALSE(parse_commit_metadata(start + std::string(151 - start.size(), 'h')));
}

TEST(CommitMetadata, FingerprintsTellRecordsApart) {
  EXPECT_EQ(fingerprint("a"), fingerprint("a"));
  EXPECT_NE(fingerprint("a"), fingerprint("b"));
  EXPECT_EQ(fingerprint("").size(), 16U);
}

}  // namespace
}  // namespace metricstream::fold
