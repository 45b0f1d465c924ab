// What each setting of the key file may be.
#include <algorithm>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file.hpp"
#include "common/auth/key_file_schema.hpp"
#include "common/base/rfc3339.hpp"
#include "common/base/text.hpp"
#include "common/model/validation.hpp"

namespace metricstream::auth {
namespace {

using config::Check;

constexpr std::size_t kMaxSanSize = 512;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// Labels of letters, digits, - and _, joined by dots.
bool is_host(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.' || text.contains("..")) {
    return false;
  }
  return std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_visible(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

const Check<std::string> kClient{"a client id: 1 to 128 visible ASCII characters without backslash, and no key",
                                 [](const std::string& text) { return is_key_client(text); }};
const Check<std::string> kTenant{"a tenant: 1 to 64 of a-z A-Z 0-9 _ . -, the first a letter or a digit",
                                 [](const std::string& text) { return is_tenant(text); }};
const Check<std::string> kSan{"DNS:host, URI:scheme:rest or email:user@host, without wildcard",
                              [](const std::string& text) { return normalized_san(text).has_value(); }};
const Check<std::string> kComment{"one line of text, at most 256 bytes",
                                  [](const std::string& text) { return is_comment(text); }};
const Check<std::string> kId{"16 of a-z and 0-9, the middle part of the key",
                             [](const std::string& text) { return is_key_id(text); }};
const Check<std::string> kFingerprint{
    "the 16 hexadecimal digits that metricstream-admin keys create wrote", [](const std::string& text) {
      return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    }};

}  // namespace

void describe(config::Schema& schema, KeyEntry& key) {
  schema.field("id", key.id, "Names the key; the middle part of it.", kId);
  schema.field("revoked", key.revoked, "Whether the key is refused.");
  schema.field("client", key.client, "Whose samples come with it.", kClient);
  schema.field("tenant", key.tenant, "Whom the client belongs to.", kTenant);
  schema.field("created", key.created, "When it was made.");
  schema.field("expires", key.expires, "From when on it is refused.");
  schema.field("comment", key.comment, "For people.", kComment);
  schema.field("hash", key.hash, "HMAC-SHA-256 of its secret with the pepper.");
  for (const char* path : {"id", "client", "tenant", "created", "expires", "comment", "hash"}) schema.hide(path);
}

void describe(config::Schema& schema, CertificateEntry& certificate) {
  schema.field("san", certificate.san, "The certificate's subject alternative name.", kSan);
  schema.field("client", certificate.client, "Whose samples come with it.", kClient);
  schema.field("tenant", certificate.tenant, "Whom the client belongs to.", kTenant);
  for (const char* path : {"san", "client", "tenant"}) schema.hide(path);
}

void describe(config::Schema& schema, KeyFileDraft& draft) {
  schema.field("pepper_fingerprint", draft.file.pepper_fingerprint, "Tells that the pepper is the one of these hashes.",
               kFingerprint);
  schema.list("keys", draft.file.keys, "The keys.");
  schema.list("certificates", draft.file.certificates, "Client certificates.");
  schema.validate([&draft](config::Report& report) { check_whole(draft, report); });
}

bool is_tenant(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_alphanumeric(text.front()) && !parse_api_key(text) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_key_client(std::string_view text) { return is_client_id(text, BatchLimits{}) && !parse_api_key(text); }

bool is_comment(std::string_view text) {
  return text.size() <= kMaxCommentSize && printable(text, kMaxCommentSize) == text;
}

std::optional<std::string> normalized_san(std::string_view san) {
  if (san.size() > kMaxSanSize) return std::nullopt;
  if (san.starts_with("DNS:") && is_host(san.substr(4))) return "DNS:" + lower_case(san.substr(4));
  if (san.starts_with("URI:") && is_visible(san) && san.find(':', 4) != std::string_view::npos) return std::string(san);
  if (!san.starts_with("email:") || !is_visible(san)) return std::nullopt;
  const std::size_t at = san.rfind('@');
  if (at == std::string_view::npos || at <= 6 || !is_host(san.substr(at + 1))) return std::nullopt;
  return std::string(san.substr(0, at)) + lower_case(san.substr(at));
}

}  // namespace metricstream::auth

std::optional<metricstream::auth::Instant> metricstream::config::Value<metricstream::auth::Instant>::parse(
    const std::string& text) {
  const auto time = parse_rfc3339(text);
  return time ? std::optional(auth::Instant{*time}) : std::nullopt;
}

std::string metricstream::config::Value<metricstream::auth::Instant>::format(auth::Instant value) {
  return format_rfc3339(value.ns);
}
