#include <string>

#include "common/auth/key_file.hpp"
#include "common/base/rfc3339.hpp"
#include "common/base/text.hpp"
#include "services/admin/keys_text.hpp"
#include "services/admin/table.hpp"

namespace metricstream::admin {
namespace {

std::string state_of(const auth::KeyEntry& key, TimeNs now) {
  if (key.revoked) return "revoked";
  return key.is_active(now) ? "active" : "expired";
}

std::string text_of(const std::optional<auth::Instant>& time) { return time ? format_rfc3339(time->ns) : ""; }

std::string table_text(const auth::KeyFile& file, TimeNs now) {
  Table keys{{"id", "client", "tenant", "state", "created", "expires", "comment"}, {}};
  for (const auth::KeyEntry& key : file.keys) {
    keys.rows.push_back(
        {key.id, key.client, key.tenant, state_of(key, now), text_of(key.created), text_of(key.expires), key.comment});
  }
  Table certificates{{"certificate", "client", "tenant"}, {}};
  for (const auth::CertificateEntry& entry : file.certificates) {
    certificates.rows.push_back({entry.san, entry.client, entry.tenant});
  }
  return format_table(keys) + (certificates.rows.empty() ? "" : "\n" + format_table(certificates));
}

// `,"name":"value"`; null where a time is not there.
void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += name;
  out += "\":\"";
  append_json_escaped(out, value);
  out += '"';
}

void append_time(std::string& out, std::string_view name, const std::optional<auth::Instant>& time) {
  if (time) return append_member(out, name, format_rfc3339(time->ns));
  out += ",\"" + std::string(name) + "\":null";
}

std::string json_text(const auth::KeyFile& file, TimeNs now) {
  std::string out = R"({"keys":[)";
  for (const auth::KeyEntry& key : file.keys) {
    out += out.ends_with('[') ? "\n{" : ",\n{";
    append_member(out, "id", key.id);
    append_member(out, "client", key.client);
    append_member(out, "tenant", key.tenant);
    append_member(out, "state", state_of(key, now));
    append_time(out, "created", key.created);
    append_time(out, "expires", key.expires);
    append_member(out, "comment", key.comment);
    out += "}";
  }
  out += R"(],"certificates":[)";
  for (const auth::CertificateEntry& entry : file.certificates) {
    out += out.ends_with('[') ? "\n{" : ",\n{";
    append_member(out, "san", entry.san);
    append_member(out, "client", entry.client);
    append_member(out, "tenant", entry.tenant);
    out += "}";
  }
  return out + "]}\n";
}

}  // namespace

KeysResult list_keys(const KeyFiles& files, bool json, TimeNs now) {
  const auto keys = read_keys(files.keys, now);
  if (!keys) return std::unexpected(keys.error());
  return KeysOutput{.text = json ? json_text(keys->file, now) : table_text(keys->file, now), .notes = {}};
}

}  // namespace metricstream::admin
