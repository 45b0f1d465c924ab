#include "common/auth/key_file.hpp"

#include <gtest/gtest.h>

#include "tests/unit/auth/fixture.hpp"

namespace metricstream::auth::test {
namespace {

std::string problems_of(const std::string& text, TimeNs now = kNow) {
  return config::text_of(read_key_file(text, "keys.yaml", now).problems);
}

// An entry of a list: `settings` are lines behind id, client and hash of key `seed`.
std::string entry(std::uint32_t seed, const std::string& client, const std::string& settings = "") {
  return "- id: " + id_of(seed) + "\n  client: " + client + "\n  hash: " + hash_text(seed) + "\n" + settings;
}

TEST(KeyFile, HasKeysAndCertificates) {
  const auto reading =
      read_key_file("pepper_fingerprint: 0123456789abcdef\nkeys:\n" +
                        entry(1, "web-01",
                              "  tenant: acme\n  created: 2026-01-01T00:00:00+01:00\n"
                              "  expires: 2027-01-01T00:00:00Z\n  comment: \"Bob's; ${HOME} costs $5\"\n") +
                        entry(2, "'${HOME}'", "  revoked: true\n") +
                        "certificates:\n- san: DNS:agent.example\n  client: web-02\n  tenant: acme\n",
                    "keys.yaml", kNow);
  ASSERT_EQ(config::text_of(reading.problems), "");
  ASSERT_EQ(reading.file.keys.size(), 2U);
  const KeyEntry& first = reading.file.keys[0];
  EXPECT_EQ(first.id, id_of(1));
  EXPECT_EQ(first.client, "web-01");
  EXPECT_EQ(first.tenant, "acme");
  EXPECT_EQ(first.hash, entry_of(1, "x").hash);
  EXPECT_EQ(first.created, Instant{1'767'222'000 * kSecond});
  EXPECT_EQ(first.expires, Instant{1'798'761'600 * kSecond});
  EXPECT_EQ(first.comment, "Bob's; ${HOME} costs $5") << "nothing of the environment gets into a key file";
  EXPECT_FALSE(first.revoked);
  EXPECT_EQ(reading.file.keys[1].client, "${HOME}");
  EXPECT_EQ(reading.file.keys[1].tenant, "default");
  EXPECT_TRUE(reading.file.keys[1].revoked);
  ASSERT_EQ(reading.file.certificates.size(), 1U);
  EXPECT_EQ(reading.file.certificates[0], (CertificateEntry{"DNS:agent.example", "web-02", "acme"}));
  EXPECT_EQ(reading.file.pepper_fingerprint, "0123456789abcdef");
}

TEST(KeyFile, WithoutAListOfKeysIsWrongAndWithAnEmptyOneRight) {
  for (const char* text :
       {"", "\n", "# nothing\n", "---\n", "keys:\n", "keys: ~\n", "{}", "certificates:\n- {san: DNS:a, client: b}\n"}) {
    EXPECT_TRUE(problems_of(text).contains("keys: missing, expected a list of keys; 'keys: []' lets nobody in"))
        << text;
  }
  EXPECT_EQ(problems_of("keys: []\n"), "");
  EXPECT_EQ(problems_of("keys: []"), "");
  EXPECT_EQ(problems_of("keys: []\ncertificates:\n- {san: DNS:a, client: b}\n"), "");
}

TEST(KeyFile, ReportsEverythingThatIsWrongAtItsPlace) {
  EXPECT_EQ(
      problems_of("keys:\n"
                  "- id: short\n"
                  "  client: \"two words\"\n"
                  "  hash: 0123\n"
                  "  tenant: \"-\"\n"
                  "- idd: x\n"
                  "  revoked: perhaps\n"
                  "  expires: tomorrow\n"
                  "  expires: 2027-01-01T00:00:00Z\n"
                  "  comment: \"two\\nlines\"\n"
                  "certificates:\n"
                  "- san: DNS:*.example\n"
                  "  client: a\\b\n"
                  "key: 1\n"),
      "keys.yaml:2:7: keys[0].id: '***': expected 16 of a-z and 0-9, the middle part of the key\n"
      "keys.yaml:3:11: keys[0].client: '***': expected a client id: 1 to 128 visible ASCII characters without "
      "backslash, and no key\n"
      "keys.yaml:4:9: keys[0].hash: '***': expected 64 hexadecimal digits, HMAC-SHA-256 of the secret\n"
      "keys.yaml:5:11: keys[0].tenant: '***': expected a tenant: 1 to 64 of a-z A-Z 0-9 _ . -, the first a letter "
      "or a digit\n"
      "keys.yaml:6:3: keys[1].idd: unknown setting; did you mean 'id'?\n"
      "keys.yaml:7:12: keys[1].revoked: 'perhaps': expected true or false\n"
      "keys.yaml:8:12: keys[1].expires: '***': expected a time with an offset such as 2027-01-31T00:00:00Z\n"
      "keys.yaml:9:3: keys[1].expires: given twice, first at line 8\n"
      "keys.yaml:10:12: keys[1].comment: '***': expected one line of text, at most 256 bytes\n"
      "keys.yaml:12:8: certificates[0].san: '***': expected DNS:host, URI:scheme:rest or "
      "email:user@host, without wildcard\n"
      "keys.yaml:13:11: certificates[0].client: '***': expected a client id: 1 to 128 visible ASCII characters "
      "without backslash, and no key\n"
      "keys.yaml:14:1: key: unknown setting; did you mean 'keys'?\n");
}

TEST(KeyFile, EveryEntryNeedsIdClientAndHash) {
  EXPECT_EQ(problems_of("keys:\n- {}\n- id: " + id_of(1) + "\n  tenant: a\ncertificates:\n- tenant: b\n"),
            "keys.yaml:2:3: keys[0].client: missing, expected one in every entry\n"
            "keys.yaml:2:3: keys[0].hash: missing, expected one in every entry\n"
            "keys.yaml:2:3: keys[0].id: missing, expected one in every entry\n"
            "keys.yaml:3:3: keys[1].client: missing, expected one in every entry\n"
            "keys.yaml:3:3: keys[1].hash: missing, expected one in every entry\n"
            "keys.yaml:6:3: certificates[0].client: missing, expected one in every entry\n"
            "keys.yaml:6:3: certificates[0].san: missing, expected one in every entry\n");
}

TEST(KeyFile, RefusesIdsAndNamesGivenTwice) {
  EXPECT_EQ(problems_of("keys:\n" + entry(1, "a") + entry(2, "b") + entry(1, "c")),
            "keys.yaml:8:7: keys[2].id: given twice, first as keys[0]\n");
  EXPECT_EQ(problems_of("keys: []\ncertificates:\n- {san: DNS:a.example, client: a}\n- {san: URI:a:b, client: a}\n"
                        "- {san: DNS:A.Example, client: a}\n"),
            "keys.yaml:5:9: certificates[2].san: given twice, first as certificates[0]\n");
}

TEST(KeyFile, TwoKeysOfAClientMayBeActiveAndNoMore) {
  const std::string two = "keys:\n" + entry(1, "a") + entry(2, "a");
  EXPECT_EQ(problems_of(two), "");
  EXPECT_EQ(problems_of(two + entry(3, "b")), "");
  EXPECT_EQ(problems_of(two + entry(3, "a", "  revoked: true\n") + entry(4, "a", "  expires: 2020-01-01T00:00:00Z\n")),
            "");
  EXPECT_EQ(problems_of(two + entry(3, "a") + entry(4, "a")),
            "keys.yaml:9:11: keys[2].client: more than 2 active keys of this client, expected 2 at most: revoke one\n");
  const std::string expiring = two + entry(3, "a", "  expires: 2026-11-21T10:15:35Z\n");
  EXPECT_EQ(problems_of(expiring, kNow), "") << "expires at this instant";
  EXPECT_NE(problems_of(expiring, kNow - 1), "");
}

TEST(KeyFile, AClientHasOneTenant) {
  EXPECT_EQ(problems_of("keys:\n" + entry(1, "a", "  tenant: x\n") + entry(2, "a", "  tenant: y\n")),
            "keys.yaml:9:11: keys[1].tenant: another tenant than in keys[0], expected one for a client\n");
  EXPECT_EQ(problems_of("keys:\n" + entry(1, "a", "  tenant: x\n  revoked: true\n") + entry(2, "a", "  tenant: y\n")),
            "")
      << "the revoked one says nothing any more";
  EXPECT_EQ(problems_of("keys:\n" + entry(1, "a", "  tenant: x\n") + "certificates:\n- {san: DNS:a, client: a}\n"),
            "keys.yaml:7:3: certificates[0].tenant: another tenant than in keys[0], expected one for a client\n");
}

TEST(KeyFile, NoMessageShowsAKeyThatWasPastedIntoTheWrongPlace) {
  const std::string key = key_text(1);
  for (const char* setting : {"id", "client", "tenant", "hash", "created", "expires"}) {
    const std::string problems = problems_of("keys:\n- " + std::string(setting) + ": " + key + "\n");
    EXPECT_TRUE(problems.contains("keys[0]." + std::string(setting) + ": '***': expected ")) << setting;
    EXPECT_FALSE(problems.contains(key.substr(20))) << setting << ": " << problems;
  }
}

TEST(KeyFile, LimitsHoldOnBothSides) {
  EXPECT_EQ(problems_of("keys:\n" +
                        entry(1, std::string(128, 'c'),
                              "  tenant: " + std::string(64, 't') + "\n  comment: " + std::string(256, 'x') + "\n")),
            "");
  EXPECT_NE(problems_of("keys:\n" + entry(1, std::string(129, 'c'))), "");
  EXPECT_NE(problems_of("keys:\n" + entry(1, "c", "  tenant: " + std::string(65, 't') + "\n")), "");
  EXPECT_NE(problems_of("keys:\n" + entry(1, "c", "  comment: " + std::string(257, 'x') + "\n")), "");
  EXPECT_TRUE(is_tenant("a"));
  EXPECT_TRUE(is_tenant("0-a_B.c"));
  for (const char* bad : {"", "-a", ".a", "_a", "a b", "a/b", "ä"}) EXPECT_FALSE(is_tenant(bad)) << bad;
}

TEST(KeyFile, NamesOfCertificatesAreComparedInOneForm) {
  EXPECT_EQ(normalized_san("DNS:A.Example_1"), "DNS:a.example_1");
  EXPECT_EQ(normalized_san("URI:spiffe://A/b"), "URI:spiffe://A/b");
  EXPECT_EQ(normalized_san("email:A@B.Example"), "email:A@b.example");
  for (const char* bad : {"", "a", "dns:a", "DNS:", "DNS:.a", "DNS:a.", "DNS:a..b", "DNS:*.a", "DNS:a b", "URI:a",
                          "URI: a:b", "email:a", "email:@b", "email:a@", "IP:1.2.3.4"}) {
    EXPECT_EQ(normalized_san(bad), std::nullopt) << bad;
  }
  EXPECT_TRUE(normalized_san("DNS:" + std::string(253, 'a')));
  EXPECT_FALSE(normalized_san("DNS:" + std::string(254, 'a')));
}

}  // namespace
}  // namespace metricstream::auth::test
