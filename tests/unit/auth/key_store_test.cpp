#include "common/auth/key_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/auth/key_file_edit.hpp"
#include "common/auth/pepper.hpp"
#include "tests/unit/auth/fixture.hpp"

namespace metricstream::auth::test {
namespace {

namespace fs = std::filesystem;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return kNow; }
};

class KeyStoreTest : public testing::Test {
 protected:
  KeyStoreTest() {
    std::string pattern = (fs::temp_directory_path() / "key_store_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    write("pepper", std::string(kPepper) + "\n");
    write("keys", one_key(1, "web"));
  }
  ~KeyStoreTest() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    ::chmod((directory_ / name).c_str(), 0600);
  }
  static std::string one_key(std::uint32_t seed, const std::string& client) {
    return "keys:\n" + entry_text(entry_of(seed, client), 2, "\n");
  }
  [[nodiscard]] KeyPaths paths() const { return {directory_ / "keys", directory_ / "pepper"}; }
  // What is wrong, without the directory.
  std::string reload(KeyStore& store) const {
    std::string out = config::text_of(store.reload().problems);
    const std::string prefix = directory_.string() + "/";
    for (std::size_t at = out.find(prefix); at != std::string::npos; at = out.find(prefix))
      out.erase(at, prefix.size());
    return out;
  }
  static std::string client_of(const KeyStore& store, std::uint32_t seed) {
    const auto table = store.table();
    const KeyOwner* owner = table->authenticate(key_text(seed), kNow);
    return owner == nullptr ? "nobody" : owner->client;
  }

  fs::path directory_;
  FixedClock clock_;
};

TEST_F(KeyStoreTest, LetsNobodyInBeforeItHasReadItsFiles) {
  KeyStore store(paths(), clock_);
  EXPECT_EQ(client_of(store, 1), "nobody");
  const KeyReload first = store.reload();
  EXPECT_EQ(config::text_of(first.problems), "");
  EXPECT_EQ(config::text_of(first.warnings), "");
  EXPECT_EQ(first.keys, 1U);
  EXPECT_EQ(first.active_keys, 1U);
  EXPECT_EQ(first.certificates, 0U);
  EXPECT_EQ(client_of(store, 1), "web");
}

TEST_F(KeyStoreTest, TakesAChangedFileAsAWhole) {
  KeyStore store(paths(), clock_);
  EXPECT_EQ(reload(store), "");
  const auto old = store.table();
  write("keys", one_key(2, "db"));
  EXPECT_EQ(client_of(store, 1), "web") << "not reloaded yet";
  EXPECT_EQ(reload(store), "");
  EXPECT_EQ(client_of(store, 1), "nobody");
  EXPECT_EQ(client_of(store, 2), "db");
  EXPECT_NE(old->authenticate(key_text(1), kNow), nullptr) << "a table never changes";
  write("keys", "keys: []\n");
  EXPECT_EQ(reload(store), "");
  EXPECT_EQ(client_of(store, 2), "nobody") << "an emptied list is meant so";
}

TEST_F(KeyStoreTest, KeepsTheLastGoodTableWhateverHappensToTheKeyFile) {
  KeyStore store(paths(), clock_);
  EXPECT_EQ(reload(store), "");
  const auto stays_with = [&](const std::string& problem) {
    EXPECT_EQ(reload(store), problem);
    EXPECT_EQ(client_of(store, 1), "web") << problem;
    EXPECT_EQ(client_of(store, 2), "nobody") << problem;
  };
  write("keys", "");
  stays_with("keys: keys: missing, expected a list of keys; 'keys: []' lets nobody in\n");
  write("keys", one_key(2, "db") + "revoked: true\n");
  EXPECT_FALSE(store.reload().ok());
  write("keys", one_key(2, "db") + std::string(100, '\0'));
  EXPECT_FALSE(store.reload().ok()) << "blocks that were allocated and not written before the power went";
  fs::remove(directory_ / "keys");
  stays_with("keys: cannot be read: No such file or directory\n");
  fs::create_directory(directory_ / "keys");
  stays_with("keys: is no regular file\n");
  fs::remove(directory_ / "keys");
  ASSERT_EQ(::mkfifo((directory_ / "keys").c_str(), 0600), 0);
  stays_with("keys: is no regular file\n");
  fs::remove(directory_ / "keys");
  write("keys", "");
  fs::resize_file(directory_ / "keys", kMaxKeyFileSize + 1);
  stays_with("keys: has 67108865 bytes, expected 67108864 at most\n");
  fs::remove(directory_ / "keys");
  write("keys", one_key(2, "db"));
  EXPECT_EQ(reload(store), "");
  EXPECT_EQ(client_of(store, 2), "db");
}

TEST_F(KeyStoreTest, KeepsTheLastGoodTableWhateverHappensToThePepper) {
  KeyStore store(paths(), clock_);
  EXPECT_EQ(reload(store), "");
  write("keys", one_key(1, "changed"));
  write("pepper", "short\n");
  EXPECT_EQ(reload(store), "pepper: has 5 bytes, expected 32 to 4096 (make one by: openssl rand -hex 32)\n");
  write("pepper", std::string(4097, 'x'));
  EXPECT_EQ(reload(store), "pepper: has 4097 bytes, expected 32 to 4096 (make one by: openssl rand -hex 32)\n");
  write("pepper", std::string(5000, 'x'));
  EXPECT_EQ(reload(store), "pepper: has 5000 bytes, expected 4098 at most\n");
  fs::remove(directory_ / "pepper");
  EXPECT_EQ(reload(store), "pepper: cannot be read: No such file or directory\n");
  EXPECT_EQ(client_of(store, 1), "web");
}

TEST_F(KeyStoreTest, AnExchangedPepperIsAnErrorWhereTheKeyFileHasItsFingerprint) {
  const std::string with_fingerprint =
      "pepper_fingerprint: \"" + pepper_fingerprint(*hasher()) + "\"\n" + one_key(1, "web");
  write("keys", with_fingerprint);
  KeyStore store(paths(), clock_);
  EXPECT_EQ(reload(store), "");
  write("pepper", std::string(32, 'x'));
  EXPECT_EQ(
      reload(store),
      "pepper: is not the pepper of the hashes in keys (its pepper_fingerprint says so): expected the one that was "
      "there when the keys were made\n");
  EXPECT_EQ(client_of(store, 1), "web");
}

TEST_F(KeyStoreTest, WarnsOfFilesThatAreTooOpen) {
  KeyStore store(paths(), clock_);
  const auto warnings_at = [&](const char* name, mode_t mode) {
    ::chmod((directory_ / name).c_str(), mode);
    const KeyReload reload = store.reload();
    EXPECT_TRUE(reload.ok());
    return reload.warnings.size();
  };
  for (const mode_t good : {0600U, 0400U, 0640U, 0440U}) EXPECT_EQ(warnings_at("pepper", good), 0U) << good;
  for (const mode_t bad : {0644U, 0604U, 0620U, 0601U}) EXPECT_EQ(warnings_at("pepper", bad), 1U) << bad;
  EXPECT_EQ(store.reload().warnings[0].message.substr(0, 29), "has mode 0601, expected 0600 ");
  ::chmod((directory_ / "pepper").c_str(), 0600);
  EXPECT_EQ(warnings_at("keys", 0644), 0U);
  EXPECT_EQ(warnings_at("keys", 0646), 1U);
}

TEST_F(KeyStoreTest, AFileThatWasCutOffAnywhereGivesNobodyMoreThanTheWholeOne) {
  std::string text = "# keys\nkeys:\n";
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    KeyEntry entry = entry_of(seed, "c" + std::to_string(seed));
    entry.revoked = seed % 2 == 1;
    entry.expires = seed == 2 ? std::optional(Instant{kNow}) : std::nullopt;
    text += entry_text(entry, 2, "\n");
  }
  KeyStore store(paths(), clock_);
  int accepted = 0;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    write("keys", text.substr(0, size));
    accepted += store.reload().ok() ? 1 : 0;
    for (std::uint32_t seed = 1; seed < 4; ++seed) ASSERT_EQ(client_of(store, seed), "nobody") << size;
  }
  EXPECT_EQ(client_of(store, 0), "c0");
  EXPECT_EQ(accepted, 14) << "only cuts behind a whole entry look like a whole file: its digits, line end, next indent";
}

TEST_F(KeyStoreTest, ReadersSeeOneWholeTableOrTheOtherWhileItIsReplaced) {
  KeyStore store(paths(), clock_);
  const std::string both[] = {one_key(1, "web") + entry_text(entry_of(2, "web"), 2, "\n"),
                              one_key(1, "db") + entry_text(entry_of(2, "db"), 2, "\n")};
  write("keys", both[0]);
  ASSERT_EQ(reload(store), "");
  std::atomic<bool> is_over = false;
  std::atomic<int> mixed = 0;
  std::atomic<int> reads = 0;
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 3; ++reader) {
      readers.emplace_back([&] {
        while (!is_over) {
          const auto table = store.table();
          const KeyOwner* first = table->authenticate(key_text(1), kNow);
          const KeyOwner* second = table->authenticate(key_text(2), kNow);
          mixed += first == nullptr || second == nullptr || first->client != second->client ? 1 : 0;
          ++reads;
        }
      });
    }
    for (int round = 0; round < 200 || reads < 100; ++round) {
      write("keys", both[round % 2]);
      ASSERT_EQ(reload(store), "");
    }
    is_over = true;
  }
  EXPECT_EQ(mixed, 0);
}

TEST(PepperFile, OneLineEndIsNoPartOfIt) {
  EXPECT_EQ(pepper_of("abc").reveal(), "abc");
  EXPECT_EQ(pepper_of("abc\n").reveal(), "abc");
  EXPECT_EQ(pepper_of("abc\r\n").reveal(), "abc");
  EXPECT_EQ(pepper_of("abc\n\n").reveal(), "abc\n");
  EXPECT_EQ(pepper_of("abc ").reveal(), "abc ");
  EXPECT_EQ(pepper_of("\n").reveal(), "");
}

}  // namespace
}  // namespace metricstream::auth::test
