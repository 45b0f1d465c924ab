#include "common/auth/key_file_edit.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/auth/fixture.hpp"

namespace metricstream::auth::test {
namespace {

KeyFile read(const std::string& text) {
  KeyFileReading reading = read_key_file(text, "keys.yaml", kNow);
  EXPECT_EQ(config::text_of(reading.problems), "") << text;
  return std::move(reading.file);
}

// The text after the edit, or what the failure begins with.
std::string added(const std::string& text, const KeyEntry& entry) {
  const auto changed = with_key(text, read(text), entry, kNow);
  return changed ? *changed : "refused: " + changed.error().message.substr(0, 40);
}

std::string revoked(const std::string& text, std::uint32_t seed) {
  const auto changed = with_revoked_key(text, read(text), id_of(seed), kNow);
  return changed ? *changed : "refused: " + changed.error().message.substr(0, 40);
}

const std::string kRefused = "refused: the file is written in a way that this p";

std::string block(std::uint32_t seed, const std::string& client, std::size_t indent = 2) {
  return entry_text(entry_of(seed, client), indent, "\n");
}

TEST(NewKeyFile, HasNoKeysAndTheFingerprint) {
  const std::string text = new_key_file_text("0123456789abcdef");
  EXPECT_EQ(read(text), (KeyFile{.keys = {}, .certificates = {}, .pepper_fingerprint = "0123456789abcdef"}));
  EXPECT_TRUE(text.starts_with("# "));
  EXPECT_TRUE(added(text, entry_of(1, "web")).ends_with("\nkeys:\n" + block(1, "web")));
}

TEST(EntryText, HasTheIdFirstAndTheHashLast) {
  KeyEntry entry = entry_of(1, "web");
  entry.created = Instant{kNow};
  entry.expires = Instant{kNow + kHour};
  entry.comment = "Bob's \"laptop\"";
  entry.revoked = true;
  EXPECT_EQ(entry_text(entry, 2, "\n"), "  - id: " + id_of(1) +
                                            "\n"
                                            "    revoked: true\n"
                                            "    client: web\n"
                                            "    tenant: default\n"
                                            "    created: 2026-11-21T10:15:35Z\n"
                                            "    expires: 2026-11-21T11:15:35Z\n"
                                            "    comment: \"Bob's \\\"laptop\\\"\"\n"
                                            "    hash: " +
                                            hash_text(1) + "\n");
}

TEST(WithKey, PutsItBehindTheLastOfTheListAndLeavesTheRest) {
  const std::string head = "# who\npepper_fingerprint: 0123456789abcdef  # of 2026\n\nkeys: # all\n";
  const std::string tail = "\n# mTLS\ncertificates:\n- {san: DNS:a, client: b}\n";
  const std::string first = block(1, "web") + "    # a note about it\n";
  EXPECT_EQ(added(head + first + tail, entry_of(2, "db")), head + first + block(2, "db") + tail);
  EXPECT_EQ(added("keys:\n" + block(1, "web", 0) + tail, entry_of(2, "db")),
            "keys:\n" + block(1, "web", 0) + block(2, "db", 0) + tail);
  EXPECT_EQ(added("keys:\n" + block(1, "web", 4), entry_of(2, "db")),
            "keys:\n" + block(1, "web", 4) + block(2, "db", 4));
}

TEST(WithKey, BeginsAListThatIsEmpty) {
  EXPECT_EQ(added("keys: []\n", entry_of(1, "web")), "keys:\n" + block(1, "web"));
  EXPECT_EQ(added("keys: []  # none yet\n# end\n", entry_of(1, "web")),
            "keys:  # none yet\n" + block(1, "web") + "# end\n");
  EXPECT_EQ(added("keys: []", entry_of(1, "web")), "keys:\n" + block(1, "web"));
}

TEST(WithKey, KeepsTheLineEndsOfTheFile) {
  const std::string dos = added("keys: []\r\n# end\r\n", entry_of(1, "web"));
  EXPECT_EQ(dos, "keys:\r\n" + entry_text(entry_of(1, "web"), 2, "\r\n") + "# end\r\n");
  const std::string unended = "keys:\n" + block(1, "web");
  EXPECT_EQ(added(unended.substr(0, unended.size() - 1), entry_of(2, "db")), unended + block(2, "db"));
}

TEST(WithKey, RefusesAFileThatItDoesNotUnderstandAndSaysWhatToAdd) {
  const std::string flow = "keys: [{id: " + id_of(1) + ", client: a, hash: " + hash_text(1) + "}]\n";
  EXPECT_EQ(added(flow, entry_of(2, "db")), kRefused);
  EXPECT_EQ(added("{keys: []}\n", entry_of(2, "db")), kRefused);
  EXPECT_EQ(added("\"keys\": []\n", entry_of(2, "db")), kRefused);
  const auto changed = with_key(flow, read(flow), entry_of(2, "db"), kNow);
  EXPECT_TRUE(changed.error().message.ends_with(":\n" + block(2, "db")));
}

TEST(WithKey, RefusesAnEntryThatTheFileCannotHave) {
  const std::string two = "keys:\n" + block(1, "web") + block(2, "web");
  EXPECT_EQ(added(two, entry_of(3, "web")), kRefused) << "a third active one";
  EXPECT_EQ(added(two, entry_of(1, "db")), kRefused) << "the same id";
  EXPECT_EQ(added(two, entry_of(3, "two words")), kRefused);
}

TEST(WithRevokedKey, AddsALineAtTheKeyAndLeavesTheRest) {
  const std::string before = "# who\nkeys:\n" + block(1, "web") + "\n  # the other\n";
  const std::string after = block(3, "db") + "certificates: []\n";
  const std::string entry = block(2, "web");
  const std::string changed = revoked(before + entry + after, 2);
  const std::size_t line = entry.find('\n') + 1;
  EXPECT_EQ(changed, before + entry.substr(0, line) + "    revoked: true\n" + entry.substr(line) + after);
}

TEST(WithRevokedKey, ChangesTheSettingWhereItIsAlready) {
  const std::string id = id_of(1);
  const std::string rest = "\n  client: a\n  hash: " + hash_text(1) + "\n";
  EXPECT_EQ(revoked("keys:\n- id: " + id + rest + "  revoked: false  # not yet\n", 1),
            "keys:\n- id: " + id + rest + "  revoked: true  # not yet\n");
  EXPECT_EQ(revoked("keys:\n- revoked: false\n  id: '" + id + "'" + rest, 1),
            "keys:\n- revoked: true\n  id: '" + id + "'" + rest);
}

TEST(WithRevokedKey, WorksWhereverTheIdStandsInItsEntry) {
  const std::string id = id_of(1);
  const std::string hash = hash_text(1);
  const std::string comment = "# " + id_of(1) + " is the first\n";
  EXPECT_EQ(revoked(comment + "keys:\n  -  client: a\n     id: \"" + id + "\"  # this\n     hash: " + hash + "\n", 1),
            comment + "keys:\n  -  client: a\n     id: \"" + id + "\"  # this\n     revoked: true\n     hash: " + hash +
                "\n");
  EXPECT_EQ(revoked("keys:\n-\n  client: a\n  hash: " + hash + "\n  id: " + id, 1),
            "keys:\n-\n  client: a\n  hash: " + hash + "\n  id: " + id + "\n  revoked: true\n");
}

TEST(WithRevokedKey, WorksInBracketsToo) {
  const std::string rest = ", client: a, hash: " + hash_text(1) + "}";
  EXPECT_EQ(revoked("keys: [{id: " + id_of(1) + rest + "]\n", 1),
            "keys: [{revoked: true, id: " + id_of(1) + rest + "]\n");
  EXPECT_EQ(revoked("keys:\n- {client: a, id: " + id_of(1) + ", hash: " + hash_text(1) + "}\n", 1),
            "keys:\n- {client: a, revoked: true, id: " + id_of(1) + ", hash: " + hash_text(1) + "}\n");
  EXPECT_EQ(revoked("keys:\n- {id: " + id_of(1) + ", revoked: false" + rest + "\n", 1),
            "keys:\n- {id: " + id_of(1) + ", revoked: true" + rest + "\n");
  const std::string json =
      "{\"keys\": [\n  {\"id\": \"" + id_of(1) + "\", \"client\": \"a\", \"hash\": \"" + hash_text(1) + "\"}]}";
  EXPECT_EQ(revoked(json, 1), "{\"keys\": [\n  {\"revoked\": true, " + json.substr(json.find("\"id\"")));
}

TEST(WithRevokedKey, OfAnUnknownKeySaysSo) {
  const std::string text = "keys:\n" + block(1, "web");
  const auto changed = with_revoked_key(text, read(text), id_of(2), kNow);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().message, "there is no key with this id");
}

TEST(WithRevokedKey, NeverDamagesAFileThatItDoesNotUnderstand) {
  const std::string folded = "keys:\n- id: >-\n    " + id_of(1) + "\n  client: a\n  hash: " + hash_text(1) + "\n";
  EXPECT_EQ(revoked(folded, 1), kRefused);
  const std::string alias = "keys:\n- id: &a " + id_of(1) + "\n  client: a\n  hash: " + hash_text(1) + "\n";
  EXPECT_EQ(revoked(alias, 1), kRefused);
}

// Random files in random styles: every edit gives what was meant, and every line that was there is still there.
TEST(KeyFileEdits, OfRandomFilesSayWhatWasMeant) {
  std::mt19937 random(1);
  const std::string words[] = {"web", "null", "true", "0123", "1e5", "-x", "a:b", "'q'", "#c", "~", "{x}", "$HOME"};
  for (int round = 0; round < 300; ++round) {
    const std::string line_end = random() % 4 == 0 ? "\r\n" : "\n";
    const std::size_t indent = random() % 4;
    std::string text = random() % 2 == 0 ? "# comment" + line_end : "";
    text += "keys:" + line_end;
    const std::uint32_t count = 1 + random() % 5;
    for (std::uint32_t seed = 0; seed < count; ++seed) {
      KeyEntry entry = entry_of(seed, words[random() % 12] + std::to_string(seed));
      if (random() % 2 == 0) entry.comment = "x # " + words[random() % 12] + "\"\\";
      if (random() % 2 == 0) entry.expires = Instant{kNow + static_cast<TimeNs>(random())};
      text += entry_text(entry, indent, line_end);
      if (random() % 3 == 0) text += line_end;
      if (random() % 3 == 0) text += std::string(indent + 2, ' ') + "# note" + line_end;
    }
    if (random() % 2 == 0) text += "certificates: []" + line_end;
    const KeyFile before = read(text);
    ASSERT_EQ(before.keys.size(), count);
    KeyEntry more = entry_of(100, words[random() % 12]);
    more.comment = words[random() % 12];
    const auto with_more = with_key(text, before, more, kNow);
    ASSERT_TRUE(with_more) << text << with_more.error().message;
    EXPECT_EQ(read(*with_more).keys.back(), more);
    const std::size_t chosen = random() % count;
    const auto without = with_revoked_key(*with_more, read(*with_more), before.keys[chosen].id, kNow);
    ASSERT_TRUE(without) << *with_more << without.error().message;
    for (std::size_t i = 0; i <= count; ++i) EXPECT_EQ(read(*without).keys[i].revoked, i == chosen);
    EXPECT_EQ(without->size(), text.size() + entry_text(more, indent, line_end).size() + indent + 2 +
                                   std::string("revoked: true").size() + line_end.size());
  }
}

}  // namespace
}  // namespace metricstream::auth::test
