#include "common/config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/fixture.hpp"

namespace metricstream::config::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Load, EmptyTextAndEmptySectionsGiveTheDefaults) {
  for (const char* text : {"", "# only a comment\n", "---\n", "http:\nrules:\nattributes:\n", "http: {}\n"}) {
    const auto loaded = load_settings(text);
    EXPECT_TRUE(loaded.ok()) << text << text_of(loaded.problems);
    EXPECT_EQ(show_yaml(loaded.settings), show_yaml(Settings{})) << text;
  }
}

constexpr const char* kEverything = R"(
http:
  listen: "[::1]:9000"
  threads: 8
  timeouts: {request: 1m30s}
  limits:
    body: 64KiB
ratio: 1
open: true
auth: {mode: keys}
brokers: [x:1, 'y:2']
attributes:
  datacenter: dc1
  room: "12"
rules:
  - match: cpu.*
    sizes: [1s, 10s]
  - raw: false
    sizes: [1m]
store:
  token: s3cret
  user: me
)";

TEST(Load, ReadsEveryKindOfSetting) {
  const auto loaded = load_settings(kEverything);
  ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
  const Settings& s = loaded.settings;
  EXPECT_EQ(s.listen, "[::1]:9000");
  EXPECT_EQ(s.threads, 8U);
  EXPECT_EQ(s.timeout, 90s);
  EXPECT_EQ(s.body, ByteSize{65536});
  EXPECT_EQ(s.ratio, 1.0);
  EXPECT_TRUE(s.open);
  EXPECT_EQ(s.mode, Mode::keys);
  EXPECT_THAT(s.brokers, ElementsAre("x:1", "y:2"));
  EXPECT_THAT(s.attributes, UnorderedElementsAre(Pair("datacenter", "dc1"), Pair("room", "12")));
  ASSERT_EQ(s.rules.size(), 2U);
  EXPECT_EQ(s.rules[0].match, "cpu.*");
  EXPECT_THAT(s.rules[0].sizes, ElementsAre(1s, 10s));
  EXPECT_EQ(s.rules[1].match, "*");
  EXPECT_FALSE(s.rules[1].raw);
  EXPECT_EQ(s.store.token.reveal(), "s3cret");
  EXPECT_EQ(s.store.user, "me");
}

TEST(Load, ReportsEverythingThatIsWrongInTheOrderOfTheFile) {
  EXPECT_EQ(problems_of("http:\n"
                        "  listn: 0.0.0.0:8080\n"
                        "  threads: 0\n"
                        "ratio: much\n"
                        "auth:\n"
                        "  mode: key\n"
                        "rules:\n"
                        "  - match: ''\n"
                        "  - raw: maybe\n"),
            "f.yaml:2:3: http.listn: unknown setting; did you mean 'listen'?\n"
            "f.yaml:3:12: http.threads: '0': expected an integer from 1 to 256\n"
            "f.yaml:4:8: ratio: 'much': expected a number from 0 to 1\n"
            "f.yaml:6:9: auth.mode: 'key': expected one of none, keys; did you mean 'keys'?\n"
            "f.yaml:8:12: rules[0].match: '': expected text, not empty\n"
            "f.yaml:9:10: rules[1].raw: 'maybe': expected true or false\n");
}

TEST(Load, ShowsHowADurationOrASizeIsWrittenToWhoeverWroteItOtherwise) {
  for (const char* text : {"75", "75 min", "1.5h", "1500us"}) {
    EXPECT_EQ(problems_of("http: {timeouts: {request: " + std::string(text) + "}}\n"),
              "f.yaml:1:28: http.timeouts.request: '" + std::string(text) +
                  "': expected a duration from 1ms to 1h, in steps of 1ms, written such as 500ms, 75m or 1h30m\n");
  }
  EXPECT_EQ(problems_of("http: {timeouts: {request: 2h}}\n"),
            "f.yaml:1:28: http.timeouts.request: '2h': expected a duration from 1ms to 1h, in steps of 1ms\n");
  EXPECT_EQ(problems_of("http: {limits: {head: 9 KB}}\n"),
            "f.yaml:1:23: http.limits.head: '9 KB': expected a size from 1KiB to 16KiB, written such as 4096, 64KiB or "
            "1MiB\n");
  EXPECT_EQ(problems_of("http: {limits: {head: 512}}\n"),
            "f.yaml:1:23: http.limits.head: '512': expected a size from 1KiB to 16KiB\n");
  EXPECT_EQ(problems_of("http: {limits: {body: huge}}\n"),
            "f.yaml:1:23: http.limits.body: 'huge': expected a size such as 4096, 64KiB or 1MiB\n")
      << "no example twice";
}

TEST(Load, RefusesKeysGivenTwice) {
  EXPECT_EQ(problems_of("open: true\nratio: 1\nopen: false\n"), "f.yaml:3:1: open: given twice, first at line 1\n");
  EXPECT_EQ(problems_of("attributes:\n  a: 1\n  a: 2\n"), "f.yaml:3:3: attributes.a: given twice, first at line 2\n");
}

TEST(Load, HelpsWithAKeyInTheWrongPlace) {
  EXPECT_EQ(problems_of("threads: 4\n"), "f.yaml:1:1: threads: unknown setting; did you mean 'http.threads'?\n");
  EXPECT_EQ(problems_of("auth: {zzzzzz: 4}\n"), "f.yaml:1:8: auth.zzzzzz: unknown setting, expected one of mode\n");
}

TEST(Load, RefusesWrongShapes) {
  EXPECT_EQ(problems_of("http: yes\n"), "f.yaml:1:7: http: expected a section with settings, got one value\n");
  EXPECT_EQ(problems_of("open: [true]\n"), "f.yaml:1:7: open: expected true or false, got a list\n");
  EXPECT_EQ(problems_of("ratio: {a: 1}\n"), "f.yaml:1:8: ratio: expected a number from 0 to 1, got a section\n");
  EXPECT_EQ(problems_of("rules: {match: a}\n"),
            "f.yaml:1:8: rules: expected a list (lines that start with '- '), got a section\n");
  EXPECT_EQ(problems_of("rules: [cpu]\n"), "f.yaml:1:9: rules[0]: expected a section with settings, got one value\n");
  EXPECT_EQ(problems_of("attributes: [a]\n"),
            "f.yaml:1:13: attributes: expected a map of names to texts, got a list\n");
  EXPECT_THAT(problems_of("open:\n"), HasSubstr("open: expected true or false, got nothing"));
  EXPECT_THAT(problems_of("- a\n"), HasSubstr("f.yaml:1:1: expected sections such as 'http:', got a list"));
  EXPECT_THAT(problems_of("just words\n"), HasSubstr("expected sections such as 'http:', got one value"));
  EXPECT_THAT(problems_of("? [a, b]\n: 1\n"), HasSubstr("a key must be one word, got a list"));
}

TEST(Load, RefusesWhatIsNoYamlWithItsPlace) {
  EXPECT_THAT(problems_of("http:\n  listen: [a\n"), testing::StartsWith("f.yaml:3:1: not valid YAML: "));
  EXPECT_THAT(problems_of("a: b: c\n"), testing::StartsWith("f.yaml:1:5: not valid YAML: "));
  EXPECT_THAT(problems_of("open: true\n---\nopen: false\n"), HasSubstr("a second YAML document"));
  EXPECT_THAT(problems_of("open: *nothing\n"), HasSubstr("not valid YAML"));
}

TEST(Load, ListsOfScalarsMayBeOneTextWithCommas) {
  EXPECT_THAT(load_settings("brokers: x:1, y:2,z:3\n").settings.brokers, ElementsAre("x:1", "y:2", "z:3"));
  EXPECT_THAT(load_settings("brokers: ${B}\n", {{"B", "x:1,y:2"}}).settings.brokers, ElementsAre("x:1", "y:2"));
  EXPECT_EQ(problems_of("brokers: ''\n"), "f.yaml:1:10: brokers: '': expected a list, not empty, each text\n");
  EXPECT_EQ(problems_of("brokers: []\n"), "f.yaml:1:10: brokers: expected a list, not empty, each text\n");
  EXPECT_THAT(problems_of("rules: [{sizes: [1s, soon]}]\n"), HasSubstr("rules[0].sizes[1]: 'soon': expected a list"));
}

TEST(Load, ExpandsVariablesBeforeTypesAndNeverReadsThemAsYaml) {
  EXPECT_EQ(load_settings("http: {threads: '${T}'}\n", {{"T", "7"}}).settings.threads, 7U);
  EXPECT_EQ(load_settings("store: {user: '${U}'}\n", {{"U", "a: [b"}}).settings.store.user, "a: [b");
  EXPECT_EQ(load_settings("attributes: {a: '${U}'}\n", {{"U", "x"}}).settings.attributes.at("a"), "x");
  EXPECT_EQ(problems_of("store:\n  user: ${U}\n"),
            "f.yaml:2:9: store.user: environment variable U is not set (${U:-default} gives one a default)\n");
}

TEST(Load, NeverShowsAnExpandedOrSecretValueInAMessage) {
  const std::string text = problems_of("http: {threads: '${KEY}'}\n", {{"KEY", "hunter2"}});
  EXPECT_THAT(text, HasSubstr("'${KEY}' (after expansion): expected an integer"));
  EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
}

struct Door {
  unsigned width = 1;
  std::string key;
};

void describe(Schema& schema, Door& door) {
  schema.field("lock.width", door.width, "How wide.");
  schema.field("key", door.key, "What opens it.", not_empty());
  schema.hide("lock.width");
  schema.hide("key");
}

TEST(Load, NeverShowsAHiddenValueInAMessage) {
  const auto loaded = load<Door>("lock: {width: hunter2}\nkey: ''\n", "f.yaml");
  EXPECT_EQ(text_of(loaded.problems),
            "f.yaml:1:15: lock.width: '***': expected an integer of 0 or more\n"
            "f.yaml:2:6: key: '***': expected text, not empty\n");
  Element root;
  Schema schema(root);
  EXPECT_THROW(schema.hide("key"), std::logic_error) << "before it is described";
}

TEST(Load, WithoutAnEnvironmentADollarIsADollar) {
  const auto loaded = load<Door>("key: ${HOME} $$ ${\n", "f.yaml", Environment{});
  EXPECT_EQ(text_of(loaded.problems), "");
  EXPECT_EQ(loaded.settings.key, "${HOME} $$ ${");
}

TEST(Load, WarnsAboutWhatIsRecognisedButUnused) {
  const auto loaded = load_settings("open: true\nlegacy:\n  - anything: [goes]\n");
  EXPECT_TRUE(loaded.ok()) << text_of(loaded.problems);
  EXPECT_EQ(text_of(loaded.warnings), "f.yaml:1:7: open: open to everybody\nf.yaml:2:1: legacy: not built yet\n");
}

TEST(Load, AListInTheFileReplacesTheDefaultOne) {
  EXPECT_THAT(load_settings("brokers: [z:9]\n").settings.brokers, ElementsAre("z:9"));
}

TEST(Load, AnUnknownKeyDoesNotHideWhatValidatorsFind) {
  EXPECT_EQ(problems_of("auth: {mod: none}\nhttp: {threads: 9}\nrules:\n  - raw: false\n    sises: 1s\n"),
            "f.yaml:1:8: auth.mod: unknown setting; did you mean 'mode'?\n"
            "f.yaml:2:17: http.threads: too many for mode none\n"
            "f.yaml:4:5: rules[0].sizes: expected a size, since raw is off\n"
            "f.yaml:5:5: rules[0].sises: unknown setting; did you mean 'sizes'?\n");
}

TEST(Load, AWrongValueSilencesOnlyTheValidatorsThatWouldJudgeIt) {
  EXPECT_EQ(problems_of("http: {threads: 9}\nrules:\n  - {raw: false, sizes: [soon]}\n  - {raw: false}\n"),
            "f.yaml:3:26: rules[0].sizes[0]: 'soon': expected a list, each a duration such as 10s or 1m30s, in steps "
            "of 1s\n"
            "f.yaml:4:5: rules[1].sizes: expected a size, since raw is off\n");
  EXPECT_EQ(problems_of("rules:\n  - {raw: false}\nratio: x\n"),
            "f.yaml:2:5: rules[0].sizes: expected a size, since raw is off\n"
            "f.yaml:3:8: ratio: 'x': expected a number from 0 to 1\n");
}

TEST(Load, WhatIsGivenTwiceIsNotJudged) {
  EXPECT_EQ(problems_of("rules:\n  - {raw: false}\nrules: []\n"), "f.yaml:3:1: rules: given twice, first at line 1\n");
}

TEST(Load, NothingOfABrokenFileIsJudged) {
  EXPECT_THAT(problems_of("rules: [{raw: false}]\n---\n"), testing::Not(HasSubstr("raw is off")));
  EXPECT_THAT(problems_of("rules: [{raw: false}]\na: b: c\n"), testing::Not(HasSubstr("raw is off")));
}

TEST(Load, ValidatorsAreSilentWhileValuesAreWrong) {
  EXPECT_EQ(problems_of("http: {threads: 9}\nratio: x\n"), "f.yaml:2:8: ratio: 'x': expected a number from 0 to 1\n");
}

}  // namespace
}  // namespace metricstream::config::test
