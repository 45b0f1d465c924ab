#include "services/admin/keys_actions.hpp"

#include <thread>

#include "common/auth/api_key.hpp"
#include "common/auth/key_store.hpp"
#include "common/cli/exit_code.hpp"
#include "tests/unit/admin/keys_fixture.hpp"

namespace metricstream::admin::test {
namespace {

constexpr TimeNs kNow = 1'795'256'135 * kSecond + 348 * kMillisecond;  // 2026-11-21T10:15:35.348Z

class NowClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return kNow; }
};

class KeysTest : public DirectoryTest {
 protected:
  [[nodiscard]] KeyFiles files() const { return {path("keys.yaml"), path("keys.pepper")}; }

  // A key, without its line end.
  [[nodiscard]] std::string create(NewKey wanted) const {
    auto made = create_key(files(), wanted, kNow);
    EXPECT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->text.ends_with('\n'));
    made->text.pop_back();
    return made->text;
  }
  [[nodiscard]] std::string create(const std::string& client) const { return create(wanted(client)); }
  static NewKey wanted(std::string client) {
    return {.client = std::move(client), .tenant = {}, .expires = {}, .comment = {}};
  }
  // "CODE MESSAGE", without the directory.
  [[nodiscard]] std::string failure(const KeysResult& result) const {
    if (result) return "ok";
    std::string out = std::to_string(result.error().exit_code) + " " + result.error().message;
    const std::string prefix = directory_.string() + "/";
    for (std::size_t at = out.find(prefix); at != std::string::npos; at = out.find(prefix))
      out.erase(at, prefix.size());
    return out;
  }
  [[nodiscard]] std::string list(bool json = false, TimeNs now = kNow) const {
    const auto listed = list_keys(files(), json, now);
    return listed ? listed->text : failure(listed);
  }
  // Whom a service lets in with `key`.
  [[nodiscard]] std::string owner(const std::string& key, TimeNs now = kNow) const {
    auth::KeyStore store({files().keys, files().pepper}, clock_);
    const auto reload = store.reload();
    EXPECT_EQ(config::text_of(reload.problems) + config::text_of(reload.warnings), "");
    const auth::KeyOwner* owner = store.table()->authenticate(key, now);
    return owner == nullptr ? "nobody" : owner->tenant + "/" + owner->client;
  }
  static std::string id_in(const std::string& key) { return std::string(auth::parse_api_key(key)->id); }

  NowClock clock_;
};

TEST_F(KeysTest, CreateMakesBothFilesAndAKeyThatAServiceTakes) {
  const auto made = create_key(files(), {.client = "web-01", .tenant = {}, .expires = "90d", .comment = "Bob's"}, kNow);
  ASSERT_TRUE(made) << made.error().message;
  const std::string key = made->text.substr(0, made->text.size() - 1);
  EXPECT_TRUE(auth::parse_api_key(key)) << made->text;
  EXPECT_EQ(made->notes, "made " + path("keys.pepper") +
                             ": back it up, keep it apart from the keys, let only the services read it\n"
                             "made " +
                             path("keys.yaml") +
                             ": let the services read it\n"
                             "added key " +
                             id_in(key) + " for client web-01 (tenant default, expires 2027-02-19T10:15:35Z) to " +
                             path("keys.yaml") + "; it is shown this once, and services take it within seconds\n");
  EXPECT_EQ(mode("keys.pepper"), 0600U);
  EXPECT_EQ(mode("keys.yaml"), 0640U);
  EXPECT_EQ(names(), "keys.pepper keys.yaml keys.yaml.lock");
  EXPECT_EQ(owner(key), "default/web-01");
  EXPECT_EQ(owner(key, kNow + 90 * 24 * kHour), "nobody");
  EXPECT_FALSE(read("keys.yaml").contains(auth::parse_api_key(key)->secret));
  EXPECT_EQ(read("keys.pepper").size(), 65U);
}

TEST_F(KeysTest, CreateAddsToAFileAndLeavesTheRestOfItAsItIs) {
  const std::string first = create("web-01");
  write("keys.yaml", read("keys.yaml") + "    # handed out on paper\n\ncertificates:\n  - {san: DNS:a, client: b}\n");
  ASSERT_EQ(::chmod(path("keys.yaml").c_str(), 0600), 0);
  const std::string before = read("keys.yaml");
  const std::string pepper = read("keys.pepper");
  const std::string second = create("web-01");
  const std::string after = read("keys.yaml");
  const std::size_t at = before.find("\ncertificates:");
  EXPECT_EQ(after.substr(0, at), before.substr(0, at));
  EXPECT_TRUE(after.ends_with(before.substr(at)));
  EXPECT_EQ(mode("keys.yaml"), 0600U);
  EXPECT_EQ(read("keys.pepper"), pepper);
  EXPECT_EQ(owner(first), "default/web-01");
  EXPECT_EQ(owner(second), "default/web-01");
}

TEST_F(KeysTest, AThirdActiveKeyOfAClientIsRefusedUntilOneIsRevoked) {
  const std::string first = create("web-01");
  const std::string second = create("web-01");
  EXPECT_EQ(failure(create_key(files(), wanted("web-01"), kNow)),
            "1 client web-01 has 2 active keys already (" + id_in(first) + ", " + id_in(second) +
                "), expected one to be revoked first: metricstream-admin keys revoke ID");
  EXPECT_TRUE(revoke_key(files(), id_in(first), false, kNow));
  const std::string third = create("web-01");
  EXPECT_EQ(owner(first), "nobody");
  EXPECT_EQ(owner(second), "default/web-01");
  EXPECT_EQ(owner(third), "default/web-01");
}

TEST_F(KeysTest, AClientKeepsItsTenant) {
  EXPECT_EQ(owner(create({.client = "web-01", .tenant = "acme", .expires = {}, .comment = {}})), "acme/web-01");
  EXPECT_EQ(failure(create_key(files(), {.client = "web-01", .tenant = "other", .expires = {}, .comment = {}}, kNow)),
            "2 --tenant: client web-01 belongs to tenant acme, and a client has one tenant");
  EXPECT_EQ(owner(create("web-01")), "acme/web-01");
}

TEST_F(KeysTest, WhatCannotBeAKeyIsWrongUsageAndMakesNothing) {
  const auto failure_of = [&](NewKey bad) { return failure(create_key(files(), bad, kNow)).substr(0, 14); };
  for (const char* client : {"", "two words", "a\\b"})
    EXPECT_EQ(failure_of(wanted(client)), "2 --client: ex") << client;
  EXPECT_EQ(failure_of({.client = "a", .tenant = "a/b", .expires = {}, .comment = {}}), "2 --tenant: ex");
  EXPECT_EQ(failure_of({.client = "a", .tenant = {}, .expires = {}, .comment = "two\nlines"}), "2 --comment: e");
  for (const char* expires : {"never", "0s", "2026-11-21T10:15:35.348Z", "2026-11-21", "300y", "90", "-1d"}) {
    EXPECT_EQ(failure_of({.client = "a", .tenant = {}, .expires = expires, .comment = {}}),
              "2 --expires " + std::string(expires).substr(0, 2))
        << expires;
  }
  for (const char* good : {"1s", "2026-11-21T10:15:35.349Z", "190y", "2222-01-01T00:00:00+14:00"}) {
    NewKey wanted{.client = "a", .tenant = {}, .expires = good, .comment = {}, .dry_run = true};
    EXPECT_EQ(failure(create_key(files(), wanted, kNow)), "ok") << good;
  }
  EXPECT_EQ(names(), "keys.yaml.lock");
}

TEST_F(KeysTest, APepperThatIsMissingOrAnotherIsNeverReplaced) {
  const std::string key = create("web-01");
  std::filesystem::rename(path("keys.pepper"), path("backup"));
  EXPECT_EQ(
      failure(create_key(files(), wanted("db"), kNow)),
      "78 keys.pepper: is missing, and the 1 keys of keys.yaml were made with it: restore it (with another one none "
      "of them works)");
  write("keys.pepper", std::string(32, 'x'));
  ASSERT_EQ(::chmod(path("keys.pepper").c_str(), 0600), 0);
  EXPECT_EQ(failure(create_key(files(), wanted("db"), kNow)).substr(0, 57),
            "78 keys.pepper: is not the pepper of the hashes in keys.y");
  write("keys.pepper", "short");
  EXPECT_EQ(failure(create_key(files(), wanted("db"), kNow)),
            "78 keys.pepper: has 5 bytes, expected 32 to 4096 (make one by: openssl rand -hex 32)");
  std::filesystem::rename(path("backup"), path("keys.pepper"));
  EXPECT_EQ(owner(key), "default/web-01");
}

TEST_F(KeysTest, AFileWithAMistakeIsReportedWholeAndLeftAlone) {
  write("keys.yaml", "keys:\n- id: short\n  client: a b\n");
  EXPECT_EQ(failure(create_key(files(), wanted("db"), kNow)),
            "78 keys.yaml:2:7: keys[0].id: '***': expected 16 of a-z and 0-9, the middle part of the key\n"
            "keys.yaml:3:11: keys[0].client: '***': expected a client id: 1 to 128 visible ASCII characters without "
            "backslash, and no key\n");
  EXPECT_EQ(failure(list_keys(files(), false, kNow)).substr(0, 19), "78 keys.yaml:2:7: k");
  EXPECT_EQ(failure(revoke_key(files(), "0123456789abcdef", false, kNow)).substr(0, 19), "78 keys.yaml:2:7: k");
  EXPECT_EQ(names(), "keys.yaml keys.yaml.lock") << "no pepper either";
}

TEST_F(KeysTest, ADryRunTellsAndWritesNothing) {
  const auto told =
      create_key(files(), {.client = "a", .tenant = "t", .expires = "1h", .comment = {}, .dry_run = true}, kNow);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->text, "");
  EXPECT_EQ(told->notes, "would make " + path("keys.pepper") + "\nwould make " + path("keys.yaml") +
                             "\nwould add a key for client a (tenant t, expires 2026-11-21T11:15:35Z) to " +
                             path("keys.yaml") + "\n");
  EXPECT_EQ(names(), "");
  const std::string key = create("a");
  const std::string before = read("keys.yaml");
  EXPECT_EQ(revoke_key(files(), id_in(key), true, kNow)->notes, "would revoke key " + id_in(key) + " of client a\n");
  EXPECT_EQ(read("keys.yaml"), before);
}

TEST_F(KeysTest, RevokeEndsAKeyByItsIdOrByTheKeyItself) {
  const std::string key = create("web-01");
  EXPECT_EQ(revoke_key(files(), key, false, kNow)->notes,
            "revoked key " + id_in(key) + " of client web-01; services refuse it within seconds\n");
  EXPECT_EQ(owner(key), "nobody");
  EXPECT_TRUE(read("keys.yaml").contains("  - id: " + id_in(key) + "\n    revoked: true\n"));
  const std::string after = read("keys.yaml");
  EXPECT_EQ(revoke_key(files(), id_in(key), false, kNow)->notes,
            "key " + id_in(key) + " of client web-01 is revoked already\n");
  EXPECT_EQ(read("keys.yaml"), after);
}

TEST_F(KeysTest, RevokeOfAnUnknownKeyFailsAndHelps) {
  const std::string id = id_in(create("web-01"));
  EXPECT_EQ(failure(revoke_key(files(), "short", false, kNow)),
            "2 KEY_ID: expected 16 of a-z and 0-9, the middle part of the key (see keys list)");
  std::string near = id;
  near[3] = near[3] == '0' ? '1' : '0';
  EXPECT_EQ(failure(revoke_key(files(), near, false, kNow)),
            "1 keys.yaml has no key " + near + "; did you mean " + id + "?");
  EXPECT_EQ(failure(revoke_key(files(), "0000000000000000", false, kNow)), "1 keys.yaml has no key 0000000000000000");
  EXPECT_EQ(failure(revoke_key({path("missing"), ""}, "0000000000000000", false, kNow)),
            "78 missing: cannot be read: No such file or directory");
}

TEST_F(KeysTest, ListShowsStatesAndNoHash) {
  const std::string first =
      id_in(create({.client = "web-01", .tenant = {}, .expires = "1h", .comment = "Bob's \"x\""}));
  const std::string second = id_in(create({.client = "db", .tenant = "acme", .expires = {}, .comment = {}}));
  ASSERT_TRUE(revoke_key(files(), second, false, kNow));
  write("keys.yaml", read("keys.yaml") + "certificates:\n- {san: DNS:a, client: b}\n");
  EXPECT_EQ(list(),
            "id                client  tenant   state    created               expires               comment\n" +
                first + "  web-01  default  active   2026-11-21T10:15:35Z  2026-11-21T11:15:35Z  Bob's \"x\"\n" +
                second +
                "  db      acme     revoked  2026-11-21T10:15:35Z\n\n"
                "certificate  client  tenant\n"
                "DNS:a        b       default\n");
  EXPECT_TRUE(list(false, kNow + 2 * kHour).contains("default  expired  "));
  EXPECT_EQ(list(true),
            "{\"keys\":[\n{\"id\":\"" + first +
                "\",\"client\":\"web-01\",\"tenant\":\"default\",\"state\":\"active\",\"created\":"
                "\"2026-11-21T10:15:35Z\",\"expires\":\"2026-11-21T11:15:35Z\",\"comment\":\"Bob's \\\"x\\\"\"},\n"
                "{\"id\":\"" +
                second +
                "\",\"client\":\"db\",\"tenant\":\"acme\",\"state\":\"revoked\",\"created\":"
                "\"2026-11-21T10:15:35Z\",\"expires\":null,\"comment\":\"\"}],\"certificates\":[\n"
                "{\"san\":\"DNS:a\",\"client\":\"b\",\"tenant\":\"default\"}]}\n");
}

TEST_F(KeysTest, ManyAdminsAtOnceLoseNoKey) {
  {
    std::vector<std::jthread> admins;
    for (int admin = 0; admin < 4; ++admin) {
      admins.emplace_back([this, admin] {
        for (int i = 0; i < 5; ++i) {
          const std::string key = create("client-" + std::to_string(admin) + "-" + std::to_string(i));
          if (i % 2 == 0) {
            EXPECT_TRUE(revoke_key(files(), key, false, kNow));
          }
        }
      });
    }
  }
  const std::string listed = list();
  EXPECT_EQ(std::ranges::count(listed, '\n'), 21);
  std::size_t revoked = 0;
  for (std::size_t at = listed.find("revoked"); at != std::string::npos; at = listed.find("revoked", at + 1)) ++revoked;
  EXPECT_EQ(revoked, 12U);
  EXPECT_EQ(names(), "keys.pepper keys.yaml keys.yaml.lock");
}

}  // namespace
}  // namespace metricstream::admin::test
