#include "common/auth/key_store.hpp"

#include <stdexcept>
#include <utility>

#include "common/auth/pepper.hpp"
#include "common/base/whole_file.hpp"

namespace metricstream::auth {
namespace {

// With a pepper that nobody knows, so that its work is that of any other table.
std::shared_ptr<const KeyTable> closed_table() {
  const auto pepper = make_pepper();
  if (!pepper) throw std::runtime_error(pepper.error().message);
  auto hasher = make_secret_hasher(*pepper);
  if (!hasher) throw std::runtime_error(hasher.error().message);
  return std::make_shared<const KeyTable>(KeyFile{}, *std::move(hasher));
}

config::Problem about(const std::string& file, std::string message) {
  return {.file = file, .line = 0, .column = 0, .path = {}, .message = std::move(message)};
}

}  // namespace

KeyStore::KeyStore(KeyPaths paths, const Clock& clock)
    : paths_(std::move(paths)), clock_(clock), table_(closed_table()) {}

std::shared_ptr<const SecretHasher> KeyStore::read_pepper(KeyReload& out) const {
  const auto file = read_pepper_file(paths_.pepper);
  if (!file) {
    out.problems.push_back(about(paths_.pepper, file.error().message));
    return nullptr;
  }
  if (!file->warning.empty()) out.warnings.push_back(about(paths_.pepper, file->warning));
  auto hasher = make_secret_hasher(file->pepper);
  if (hasher) return *std::move(hasher);
  out.problems.push_back(about(paths_.pepper, hasher.error().message));
  return nullptr;
}

KeyFile KeyStore::read_keys(KeyReload& out) const {
  const auto text = read_whole_file(paths_.keys, kMaxKeyFileSize);
  if (!text) {
    out.problems.push_back(about(paths_.keys, text.error().message));
    return {};
  }
  if ((text->permissions & 0002U) != 0) {
    out.warnings.push_back(about(paths_.keys, "can be written by everybody, expected mode 0640 or less"));
  }
  KeyFileReading reading = read_key_file(text->text, paths_.keys, clock_.now());
  out.problems.insert(out.problems.end(), reading.problems.begin(), reading.problems.end());
  return std::move(reading.file);
}

KeyReload KeyStore::reload() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  KeyReload out;
  auto hasher = read_pepper(out);
  KeyFile file = read_keys(out);
  if (out.ok() && !file.pepper_fingerprint.empty() && file.pepper_fingerprint != pepper_fingerprint(*hasher)) {
    out.problems.push_back(about(paths_.pepper, "is not the pepper of the hashes in " + paths_.keys +
                                                    " (its pepper_fingerprint says so): expected the one that was "
                                                    "there when the keys were made"));
  }
  if (!out.ok()) return out;
  const auto table = std::make_shared<const KeyTable>(std::move(file), std::move(hasher));
  out.keys = table->key_count();
  out.active_keys = table->active_key_count(clock_.now());
  out.certificates = table->certificate_count();
  previous_ = table_.get();
  table_.use(table);
  return out;
}

}  // namespace metricstream::auth
