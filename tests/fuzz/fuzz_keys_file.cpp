// Any bytes as a key file: it is refused with problems that have a place, or every key of it is well formed, says the
// same when it is written anew, and edits of its text change what they should and nothing else.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file.hpp"
#include "common/auth/key_file_edit.hpp"
#include "common/auth/key_table.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace metricstream;
using fuzz::require;
using namespace metricstream::auth;

constexpr TimeNs kNow = 1'795'256'135 * kSecond;
constexpr std::size_t kLargest = 16 * 1024;

const SecretHasher& hasher() {
  static const auto instance = *make_secret_hasher(Secret(std::string(32, 'p')));
  return *instance;
}

KeyEntry new_entry() {
  KeyEntry entry;
  entry.id = "zzzzzzzzzzzzzzzz";
  entry.client = "a-client-of-the-fuzzer";
  entry.comment = "# \"added\": '";
  entry.hash = hasher().hash("secret");
  return entry;
}

void check_problems(const KeyFileReading& reading, std::string_view text) {
  const auto lines = std::ranges::count(text, '\n') + std::ranges::count(text, '\r') + 2;
  for (const config::Problem& problem : reading.problems) {
    require(!problem.message.empty());
    require(problem.line >= 0 && problem.line <= lines);
  }
}

void check_keys(const KeyFile& file) {
  std::set<std::string_view> ids;
  std::map<std::string_view, int> active;
  for (const KeyEntry& key : file.keys) {
    require(is_key_id(key.id) && ids.insert(key.id).second);
    require(is_key_client(key.client) && is_tenant(key.tenant) && is_comment(key.comment));
    require(key.hash.has_value() && parse_secret_hash(to_hex(*key.hash)) == key.hash);
    if (key.is_active(kNow)) require(++active[key.client] <= 2);
  }
  std::set<std::string> names;
  for (const CertificateEntry& entry : file.certificates) {
    require(is_key_client(entry.client) && is_tenant(entry.tenant));
    const auto name = normalized_san(entry.san);
    require(name.has_value() && names.insert(*name).second);
  }
}

// The keys alone, written by us.
void check_written_anew(const KeyFile& file) {
  std::string text = file.keys.empty() ? "keys: []\n" : "keys:\n";
  for (const KeyEntry& key : file.keys) text += entry_text(key, 2, "\n");
  require(read_key_file(text, "", kNow).file.keys == file.keys);
}

void check_edits(std::string_view text, const KeyFile& file) {
  const KeyEntry entry = new_entry();
  const bool is_new = std::ranges::find(file.keys, entry.id, &KeyEntry::id) == file.keys.end();
  if (const auto added = with_key(text, file, entry, kNow); added && is_new) {
    const KeyFileReading reading = read_key_file(*added, "", kNow);
    require(reading.ok() && reading.file.keys.size() == file.keys.size() + 1 && reading.file.keys.back() == entry);
    require(added->size() > text.size());
  }
  const auto key = std::ranges::find(file.keys, false, &KeyEntry::revoked);
  if (key == file.keys.end()) return;
  if (const auto revoked = with_revoked_key(text, file, key->id, kNow)) {
    KeyFile meant = file;
    meant.keys[static_cast<std::size_t>(key - file.keys.begin())].revoked = true;
    const KeyFileReading reading = read_key_file(*revoked, "", kNow);
    require(reading.ok() && reading.file == meant);
  }
}

void check_table(const KeyFile& file, std::string_view text) {
  const KeyTable table(file, std::shared_ptr<const SecretHasher>(&hasher(), [](const SecretHasher*) {}));
  require(table.key_count() == file.keys.size() && table.certificate_count() == file.certificates.size());
  require(table.authenticate(text.substr(0, kApiKeySize), kNow) == nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kLargest) return 0;
  const std::string text(data, data + size);
  const KeyFileReading reading = read_key_file(text, "keys.yaml", kNow);
  check_problems(reading, text);
  if (!reading.ok()) return 0;
  check_keys(reading.file);
  check_written_anew(reading.file);
  check_edits(text, reading.file);
  check_table(reading.file, text);
  return 0;
}
