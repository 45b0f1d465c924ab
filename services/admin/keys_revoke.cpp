#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file_edit.hpp"
#include "common/base/suggestion.hpp"
#include "common/cli/exit_code.hpp"
#include "services/admin/keys_file.hpp"
#include "services/admin/keys_text.hpp"

namespace metricstream::admin {
namespace {

// What to say of an id that the file does not have.
std::string unknown_key(const KeyFiles& files, const auth::KeyFile& file, const std::string& id) {
  std::vector<std::string> ids;
  ids.reserve(file.keys.size());
  for (const auth::KeyEntry& key : file.keys) ids.push_back(key.id);
  std::string out = files.keys + " has no key " + id;
  if (const auto near = suggest(id, ids)) out += "; did you mean " + *near + "?";
  return out;
}

}  // namespace

KeysResult revoke_key(const KeyFiles& files, const std::string& id_or_key, bool dry_run, TimeNs now) {
  const auto whole_key = auth::parse_api_key(id_or_key);
  const std::string id(whole_key ? whole_key->id : std::string_view(id_or_key));
  if (!auth::is_key_id(id)) {
    return refuse(kExitUsage, "KEY_ID: expected 16 of a-z and 0-9, the middle part of the key (see keys list)");
  }
  std::optional<FileLock> lock;
  if (!dry_run) {
    auto held = FileLock::acquire(files.keys);
    if (!held) return refuse(kExitFailure, held.error().message);
    lock.emplace(*std::move(held));
  }
  const auto keys = read_keys(files.keys, now);
  if (!keys) return std::unexpected(keys.error());
  const auto key = std::ranges::find(keys->file.keys, id, &auth::KeyEntry::id);
  if (key == keys->file.keys.end()) return refuse(kExitFailure, unknown_key(files, keys->file, id));
  const std::string named = "key " + id + " of client " + key->client;
  if (key->revoked) return KeysOutput{.text = {}, .notes = named + " is revoked already\n"};
  const auto text = auth::with_revoked_key(keys->text, keys->file, id, now);
  if (!text) return refuse(kExitFailure, files.keys + ": " + text.error().message);
  if (dry_run) return KeysOutput{.text = {}, .notes = "would revoke " + named + "\n"};
  if (auto written = replace_file(files.keys, *text, kKeyFileMode); !written) {
    return refuse(kExitFailure, written.error().message);
  }
  return KeysOutput{.text = {}, .notes = "revoked " + named + "; services refuse it within seconds\n"};
}

}  // namespace metricstream::admin
