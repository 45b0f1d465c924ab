#pragma once

#include <expected>
#include <string>

#include "common/base/clock.hpp"

// What `metricstream-admin keys` does, without its command line. Everything blocks.
namespace metricstream::admin {

struct KeyFiles {
  std::string keys = "/etc/metricstream/keys.yaml";
  std::string pepper = "/etc/metricstream/keys.pepper";
};

struct KeysOutput {
  std::string text;   // for standard output: nothing but what was asked for
  std::string notes;  // for standard error
};

struct KeysFailure {
  int exit_code;
  std::string message;
};

using KeysResult = std::expected<KeysOutput, KeysFailure>;

struct NewKey {
  std::string client;
  std::string tenant;   // empty: the client's own where it has a key, else "default"
  std::string expires;  // empty: never; "90d" from now, or RFC 3339
  std::string comment;
  bool dry_run = false;
};

// Adds a key; `text` is the key itself, which is nowhere else. Makes both files where they are missing, but no pepper
// for a file that has keys already.
[[nodiscard]] KeysResult create_key(const KeyFiles& files, const NewKey& wanted, TimeNs now);

// A table for people, or one JSON object {"keys": [...], "certificates": [...]}. No hash in either.
[[nodiscard]] KeysResult list_keys(const KeyFiles& files, bool json, TimeNs now);

// `id`, or the key itself, of which only the id is used. Revoked already is success.
[[nodiscard]] KeysResult revoke_key(const KeyFiles& files, const std::string& id, bool dry_run, TimeNs now);

}  // namespace metricstream::admin
