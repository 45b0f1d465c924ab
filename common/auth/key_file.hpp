#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/auth/secret_hasher.hpp"
#include "common/base/clock.hpp"
#include "common/config/problem.hpp"
#include "common/config/schema.hpp"

// The file that says which keys there are and whose they are; docs/authentication.md shows one.
namespace metricstream::auth {

// A point in time that a file gives in RFC 3339.
struct Instant {
  TimeNs ns = 0;
  auto operator<=>(const Instant&) const = default;
};

constexpr std::string_view kDefaultTenant = "default";

struct KeyEntry {
  std::string id;
  std::string client;
  std::string tenant{kDefaultTenant};
  std::optional<SecretHash> hash;  // there in every file that was read without problems
  std::optional<Instant> created;
  std::optional<Instant> expires;
  bool revoked = false;
  std::string comment;

  bool operator==(const KeyEntry&) const = default;
  // Neither revoked nor expired: a key ends with the first instant that is not before `expires`.
  [[nodiscard]] bool is_active(TimeNs now) const { return !revoked && (!expires || now < expires->ns); }
};

// Whoever shows a certificate with this subject alternative name; for TLS with client certificates.
struct CertificateEntry {
  std::string san;  // "DNS:host", "URI:...", "email:..."
  std::string client;
  std::string tenant{kDefaultTenant};

  bool operator==(const CertificateEntry&) const = default;
};

struct KeyFile {
  std::vector<KeyEntry> keys;
  std::vector<CertificateEntry> certificates;
  std::string pepper_fingerprint;  // empty: any pepper is taken

  bool operator==(const KeyFile&) const = default;
};

constexpr std::size_t kMaxActiveKeys = 2;  // a client: the one in use and the one that replaces it

struct KeyFileReading {
  KeyFile file;  // usable only without problems
  std::vector<config::Problem> problems;

  [[nodiscard]] bool ok() const { return problems.empty(); }
};

// Everything wrong with `text`, or what it says. A file without the setting `keys`, an empty one above all, is wrong;
// `keys: []` is right and lets nobody in. Wrong as well: an id or a subject alternative name given twice, more than
// kMaxActiveKeys active keys of a client, a client of two tenants. `name` is for messages, `now` tells which keys are
// active. Pure; variables of the environment are not expanded. No value of the file gets into a message that could be a
// key pasted into the wrong place.
[[nodiscard]] KeyFileReading read_key_file(std::string_view text, std::string_view name, TimeNs now);

// [a-zA-Z0-9][a-zA-Z0-9_.-]{0,63} that is no API key.
[[nodiscard]] bool is_tenant(std::string_view text);

// What `client` of a key may be: a legal client id that is no API key.
[[nodiscard]] bool is_key_client(std::string_view text);

constexpr std::size_t kMaxCommentSize = 256;
// UTF-8 without control characters, at most kMaxCommentSize bytes.
[[nodiscard]] bool is_comment(std::string_view text);

// The form in which subject alternative names are compared: DNS names and the domain of mail addresses in lower case.
// Nothing for a text that is no such name; wildcards are none, since a certificate names whoever holds it.
[[nodiscard]] std::optional<std::string> normalized_san(std::string_view san);

}  // namespace metricstream::auth

template <>
struct metricstream::config::Value<metricstream::auth::Instant> {
  static std::optional<auth::Instant> parse(const std::string& text);
  static std::string format(auth::Instant value);
  static std::string expected() { return "a time with an offset such as 2027-01-31T00:00:00Z"; }
};

template <>
struct metricstream::config::Value<metricstream::auth::SecretHash> {
  static std::optional<auth::SecretHash> parse(const std::string& text) { return auth::parse_secret_hash(text); }
  static std::string format(const auth::SecretHash& value) { return auth::to_hex(value); }
  static std::string expected() { return "64 hexadecimal digits, HMAC-SHA-256 of the secret"; }
};
