#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file_edit.hpp"
#include "common/auth/secret_hasher.hpp"
#include "services/ingestion/settings.hpp"

namespace metricstream::ingestion::test {

// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ingest_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
  // Replaces the file as a whole, as metricstream-admin does it.
  void write(const std::string& name, std::string_view text) const {
    const std::string fresh = file(name + ".new");
    std::ofstream(fresh, std::ios::binary) << text;
    ::chmod(fresh.c_str(), 0600);
    std::filesystem::rename(fresh, file(name));
  }

 private:
  std::filesystem::path path_;
};

// A key file and its pepper, as metricstream-admin keys makes them.
class KeyFiles {
 public:
  KeyFiles() : hasher_(*auth::make_secret_hasher(pepper_)) {
    directory_.write("pepper", pepper_.reveal() + "\n");
    write();
  }

  // A new key of `client`; in force once write() was called and the file is read. Returns the key's text.
  std::string add(const std::string& client, std::optional<TimeNs> expires = std::nullopt) {
    const std::string text = auth::make_api_key()->reveal();
    const auto key = auth::parse_api_key(text);
    auth::KeyEntry entry;
    entry.id = key->id;
    entry.client = client;
    entry.hash = hasher_->hash(key->secret);
    if (expires) entry.expires = auth::Instant{*expires};
    entries_.push_back(std::move(entry));
    return text;
  }
  void revoke(std::string_view key) {
    for (auth::KeyEntry& entry : entries_) {
      if (entry.id == auth::parse_api_key(key)->id) entry.revoked = true;
    }
  }

  [[nodiscard]] std::string text() const {
    std::string out = "pepper_fingerprint: \"" + auth::pepper_fingerprint(*hasher_) + "\"\nkeys:";
    if (entries_.empty()) return out + " []\n";
    out += '\n';
    for (const auth::KeyEntry& entry : entries_) out += auth::entry_text(entry, 2, "\n");
    return out;
  }
  void write() const { write(text()); }
  void write(std::string_view text) const { directory_.write("keys", text); }

  [[nodiscard]] std::string keys_path() const { return directory_.file("keys"); }
  [[nodiscard]] std::string pepper_path() const { return directory_.file("pepper"); }
  [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }
  void use_in(IngestSettings& settings) const {
    settings.auth = {.mode = AuthMode::api_key, .keys_file = keys_path(), .pepper_file = pepper_path()};
  }

 private:
  TemporaryDirectory directory_;
  Secret pepper_ = *auth::make_pepper();
  std::shared_ptr<const auth::SecretHasher> hasher_;
  std::vector<auth::KeyEntry> entries_;
};

inline std::string bearer(std::string_view key) { return "Authorization: Bearer " + std::string(key) + "\r\n"; }

}  // namespace metricstream::ingestion::test
