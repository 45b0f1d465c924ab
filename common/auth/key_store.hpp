#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/auth/key_table.hpp"
#include "common/base/clock.hpp"
#include "common/base/current_value.hpp"
#include "common/base/result.hpp"
#include "common/config/problem.hpp"

namespace metricstream::auth {

struct KeyPaths {
  std::string keys;    // the key file
  std::string pepper;  // the pepper's
};

constexpr std::size_t kMaxKeyFileSize = std::size_t{64} * 1024 * 1024;  // about 300,000 keys

// What a reload found.
struct KeyReload {
  std::vector<config::Problem> problems;  // any: the table in force is the one from before
  std::vector<config::Problem> warnings;
  std::size_t keys = 0;  // of the file, also those that are not active
  std::size_t active_keys = 0;
  std::size_t certificates = 0;

  [[nodiscard]] bool ok() const { return problems.empty(); }
};

// The keys in force, and how they are replaced while the service runs (docs/adr/0009-keys-file.md). Thread-safe.
class KeyStore {
 public:
  // Begins with a table that lets nobody in. Throws where OpenSSL has no random numbers. `clock` must outlive the
  // store.
  KeyStore(KeyPaths paths, const Clock& clock);
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // Reads both files and puts their keys in force as a whole, or, where anything is wrong with either (missing,
  // unreadable, empty, half-written), leaves the table as it is and says what. Fatal at start-up, an alarm later.
  // Blocks for the reading and parsing (2 s for 100,000 keys): never on a thread that serves. Calls wait for one
  // another.
  [[nodiscard]] KeyReload reload();

  // The table in force, never null. To be asked for anew with each request, so that a revoked key ends on connections
  // that are open as well. Threads do not meet on it (CurrentValue).
  [[nodiscard]] std::shared_ptr<const KeyTable> table() const { return table_.get(); }

  [[nodiscard]] const KeyPaths& paths() const { return paths_; }

 private:
  [[nodiscard]] std::shared_ptr<const SecretHasher> read_pepper(KeyReload& out) const;
  [[nodiscard]] KeyFile read_keys(KeyReload& out) const;

  const KeyPaths paths_;
  const Clock& clock_;
  std::mutex reload_mutex_;
  CurrentValue<KeyTable> table_;
  // The one before, so that it is freed here at the next reload (milliseconds for 100,000 keys) and not by a request
  // that happened to be the last to hold it.
  std::shared_ptr<const KeyTable> previous_;
};

}  // namespace metricstream::auth
