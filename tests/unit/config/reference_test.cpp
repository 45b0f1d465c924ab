#include "common/config/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/config/fixture.hpp"

namespace metricstream::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(DefaultYaml, LoadsAsTheDefaultsAndNamesEverySetting) {
  const std::string text = default_yaml<Settings>();
  const auto loaded = load_settings(text);
  EXPECT_TRUE(loaded.ok()) << text_of(loaded.problems) << text;
  EXPECT_EQ(show_yaml(loaded.settings), show_yaml(Settings{}));
  EXPECT_THAT(missing_keys<Settings>(text), IsEmpty()) << text;
}

TEST(DefaultYaml, ExplainsEachSettingAboveIt) {
  const std::string text = default_yaml<Settings>();
  EXPECT_THAT(text, HasSubstr("# Where clients connect.\nhttp:\n"
                              "  # Address. (an address and port such as 127.0.0.1:8080, [::1]:8080 or :8080)\n"
                              "  listen: 0.0.0.0:8080\n"));
  EXPECT_THAT(text, HasSubstr("  # Its user.\n  # user:\n"));
  EXPECT_THAT(text, HasSubstr("rules: []\n# rules:\n"));
}

TEST(DefaultYaml, ItsCommentedExampleOfAListLoadsToo) {
  std::string text = default_yaml<Settings>();
  const std::size_t start = text.find("# rules:");
  std::string example;
  for (std::size_t at = start; at < text.size() && text.compare(at, 2, "# ") == 0;) {
    const std::size_t end = text.find('\n', at);
    example += text.substr(at + 2, end - at - 1);
    at = end + 1;
  }
  const auto loaded = load_settings(example);
  EXPECT_TRUE(loaded.ok()) << text_of(loaded.problems) << example;
  ASSERT_EQ(loaded.settings.rules.size(), 1U) << example;
  EXPECT_EQ(loaded.settings.rules[0].match, "*");
}

TEST(ShowYaml, HidesSecretsWhereverTheyAre) {
  Settings settings;
  settings.store.token = Secret("hunter2");
  settings.store.url = "http://me:hunter2@host:1/x";
  settings.attributes = {{"sasl.password", "hunter2"}, {"room", "12"}};
  const std::string text = show_yaml(settings);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, HasSubstr("token: \"***\""));
  EXPECT_THAT(text, HasSubstr("url: http://me:***@host:1/x"));
  EXPECT_THAT(text, HasSubstr("room: 12"));
}

TEST(ShowYaml, ReadsBackAnyTextAndList) {
  std::mt19937 random(11);
  const std::string letters = "ab01 :#-$'\"\\{}[],&*!|>%@`~?=\t\n\xc3\xa9";
  for (int i = 0; i < 2000; ++i) {
    const auto any_text = [&] {
      std::string out;
      for (auto length = random() % 8; length > 0; --length) {
        const char c = letters[random() % (letters.size() - 2)];
        out += c;
      }
      return out;
    };
    Settings settings;
    settings.store.user = any_text();
    settings.attributes = {{any_text(), any_text()}, {"k", any_text()}};
    settings.brokers = {any_text(), any_text()};
    settings.rules = {Rule{.match = "m" + any_text(), .sizes = {std::chrono::seconds(random() % 1000)}, .raw = true}};
    const std::string text = show_yaml(settings);
    const auto loaded = load_settings(text);
    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems) << text;
    ASSERT_EQ(loaded.settings.store.user, settings.store.user) << text;
    ASSERT_EQ(loaded.settings.attributes, settings.attributes) << text;
    ASSERT_EQ(loaded.settings.brokers, settings.brokers) << text;
    ASSERT_EQ(loaded.settings.rules.at(0).match, settings.rules[0].match) << text;
    ASSERT_EQ(loaded.settings.rules.at(0).sizes, settings.rules[0].sizes) << text;
  }
}

TEST(MissingKeys, FindsKeysInLinesAndInCommentedLines) {
  Store store;
  const auto described_store = described(store);
  EXPECT_THAT(missing_keys(*described_store, "url: x\n# token: y\n"), ElementsAre("user"));
  EXPECT_THAT(missing_keys(*described_store, "url: x\n#  token is prose\n# user: y\n"), ElementsAre("token"));
  EXPECT_THAT(missing_keys(*described_store, ""), ElementsAre("url", "token", "user"));
}

TEST(MissingKeys, AKeyCountsOnlyInItsOwnSection) {
  const auto missing = missing_keys<Settings>("http:\n  mode: x\nauth:\n  # Note: prose\n  threads: 3\n");
  EXPECT_THAT(missing, testing::Contains("auth.mode"));
  EXPECT_THAT(missing, testing::Contains("http.threads"));
  EXPECT_THAT(missing, Not(testing::Contains("auth")));
}

TEST(MissingKeys, ReadsEntriesOfLists) {
  const auto missing = missing_keys<Settings>("rules:\n  # one\n  - match: a\n    sizes: []\n");
  EXPECT_THAT(missing, testing::Contains("rules[].raw"));
  EXPECT_THAT(missing, Not(testing::Contains("rules[].sizes")));
  EXPECT_THAT(missing, Not(testing::Contains("rules[].match")));
}

TEST(Markdown, HasARowForEverySetting) {
  const std::string text = reference_markdown<Settings>("metricstream-x", "What x reads.");
  EXPECT_TRUE(text.starts_with("## metricstream-x\n\nWhat x reads.\n\n"));
  EXPECT_THAT(text, HasSubstr("### `http`\n\nWhere clients connect.\n\n| Setting | Value | Default | Meaning |"));
  EXPECT_THAT(text, HasSubstr("| `http.threads` | an integer from 1 to 256 | `2` | Threads. |"));
  EXPECT_THAT(text, HasSubstr("| `rules[].sizes` | a list, each a duration"));
  EXPECT_THAT(text, HasSubstr("| `legacy` | anything | | No effect: not built yet |"));
}

TEST(Schema, RefusesToDescribeASettingTwice) {
  struct Twice {};
  Element root;
  Schema schema(root);
  int value = 0;
  schema.field("a.b", value, "");
  EXPECT_THROW(schema.field("a.b", value, ""), std::logic_error);
  EXPECT_NO_THROW(schema.section("a", "again"));
}

}  // namespace
}  // namespace metricstream::config::test
