#include "common/auth/key_file.hpp"

#include <unordered_map>
#include <utility>

#include "common/auth/key_file_schema.hpp"
#include "common/config/load.hpp"

namespace metricstream::auth {
namespace {

std::string at(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// One pass over a whole file. Views into the file.
class WholeCheck {
 public:
  WholeCheck(const KeyFileDraft& draft, config::Report& report) : draft_(draft), report_(report) {}

  void run() {
    const std::vector<KeyEntry>& keys = draft_.file.keys;
    if (keys.size() == 1 && keys.front() == no_list()) {
      report_.error("keys", "missing, expected a list of keys; 'keys: []' lets nobody in");
      return;
    }
    for (std::size_t i = 0; i < keys.size(); ++i) check_key(keys[i], i);
    const std::vector<CertificateEntry>& certificates = draft_.file.certificates;
    for (std::size_t i = 0; i < certificates.size(); ++i) check_certificate(certificates[i], i);
  }

 private:
  struct ClientFacts {
    std::string_view tenant;
    std::string place;
    std::size_t active_keys = 0;
  };

  void check_key(const KeyEntry& key, std::size_t index) {
    const std::string path = at("keys", index);
    require(!key.id.empty(), path, "id");
    require(!key.client.empty(), path, "client");
    require(key.hash.has_value(), path, "hash");
    if (!key.id.empty()) {
      const auto [first, is_new] = ids_.emplace(key.id, index);
      if (!is_new) report_.error(path + ".id", "given twice, first as " + at("keys", first->second));
    }
    if (key.client.empty() || !key.is_active(draft_.now)) return;
    ClientFacts& client = check_tenant(key.client, key.tenant, path);
    if (++client.active_keys == kMaxActiveKeys + 1) {
      report_.error(path + ".client", "more than 2 active keys of this client, expected 2 at most: revoke one");
    }
  }

  void check_certificate(const CertificateEntry& certificate, std::size_t index) {
    const std::string path = at("certificates", index);
    require(!certificate.san.empty(), path, "san");
    require(!certificate.client.empty(), path, "client");
    if (const auto san = normalized_san(certificate.san)) {
      const auto [first, is_new] = sans_.emplace(*san, index);
      if (!is_new) report_.error(path + ".san", "given twice, first as " + at("certificates", first->second));
    }
    if (!certificate.client.empty()) check_tenant(certificate.client, certificate.tenant, path);
  }

  ClientFacts& check_tenant(std::string_view client, std::string_view tenant, const std::string& path) {
    const auto [found, is_new] = clients_.try_emplace(client);
    if (is_new) {
      found->second = {tenant, path, 0};
    } else if (found->second.tenant != tenant) {
      report_.error(path + ".tenant", "another tenant than in " + found->second.place + ", expected one for a client");
    }
    return found->second;
  }

  void require(bool is_there, const std::string& path, std::string_view setting) {
    if (!is_there) report_.error(path + "." + std::string(setting), "missing, expected one in every entry");
  }

  const KeyFileDraft& draft_;
  config::Report& report_;
  std::unordered_map<std::string_view, std::size_t> ids_;  // to the index of the first
  std::unordered_map<std::string, std::size_t> sans_;
  std::unordered_map<std::string_view, ClientFacts> clients_;
};

}  // namespace

KeyEntry no_list() {
  KeyEntry entry;
  entry.id = "-";  // no id that a file can have
  return entry;
}

void check_whole(const KeyFileDraft& draft, config::Report& report) { WholeCheck(draft, report).run(); }

KeyFileReading read_key_file(std::string_view text, std::string_view name, TimeNs now) {
  KeyFileDraft draft;
  draft.now = now;
  config::Findings findings = config::read_yaml(*config::described(draft), text, name, config::Environment{});
  return {std::move(draft.file), std::move(findings.problems)};
}

}  // namespace metricstream::auth
