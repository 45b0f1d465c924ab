#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file_edit.hpp"
#include "common/auth/pepper.hpp"
#include "common/auth/secret_hasher.hpp"
#include "common/base/duration.hpp"
#include "common/base/rfc3339.hpp"
#include "common/cli/exit_code.hpp"
#include "services/admin/keys_file.hpp"
#include "services/admin/keys_text.hpp"

namespace metricstream::admin {
namespace {

constexpr mode_t kPepperMode = 0600;

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// One `keys create`.
class Creation {
 public:
  Creation(const KeyFiles& files, const NewKey& wanted, TimeNs now) : files_(files), wanted_(wanted), now_(now) {}

  KeysResult run() {
    std::optional<FileLock> lock;
    if (!wanted_.dry_run) {
      auto held = FileLock::acquire(files_.keys);
      if (!held) return refuse(kExitFailure, held.error().message);
      lock.emplace(*std::move(held));
    }
    for (const auto step : {&Creation::check_wanted, &Creation::open_files, &Creation::check_client}) {
      if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done.error()));
    }
    return wanted_.dry_run ? tell() : add();
  }

 private:
  KeysStep<void> check_wanted() {
    if (!auth::is_key_client(wanted_.client)) {
      return refuse(kExitUsage,
                    "--client: expected a client id: 1 to 128 visible ASCII characters without backslash, and no key");
    }
    if (!wanted_.tenant.empty() && !auth::is_tenant(wanted_.tenant)) {
      return refuse(kExitUsage, "--tenant: expected 1 to 64 of a-z A-Z 0-9 _ . -, the first a letter or a digit");
    }
    if (!auth::is_comment(wanted_.comment)) {
      return refuse(kExitUsage, "--comment: expected one line of text, at most 256 bytes");
    }
    entry_.client = wanted_.client;
    entry_.comment = wanted_.comment;
    entry_.created = auth::Instant{floor_to(now_, kSecond)};
    return parse_expiry();
  }

  KeysStep<void> parse_expiry() {
    if (wanted_.expires.empty()) return {};
    std::optional<TimeNs> end = parse_rfc3339(wanted_.expires);
    if (const auto period = parse_duration(wanted_.expires)) {
      if (to_ns(*period) < kMaxRfc3339Time - now_) end = entry_.created->ns + to_ns(*period);
    }
    if (!end || *end <= now_) {
      return refuse(kExitUsage, "--expires " + wanted_.expires +
                                    ": expected a time to come, such as 90d or 2027-01-31T00:00:00Z, before 2223");
    }
    entry_.expires = auth::Instant{*end};
    return {};
  }

  KeysStep<void> open_files() {
    is_new_file_ = !exists(files_.keys);
    is_new_pepper_ = !exists(files_.pepper);
    if (!is_new_file_) {
      auto keys = read_keys(files_.keys, now_);
      if (!keys) return std::unexpected(std::move(keys.error()));
      keys_ = *std::move(keys);
    }
    const std::size_t others = keys_.file.keys.size();
    if (is_new_pepper_ && others > 0) {
      return refuse(kExitConfig, files_.pepper + ": is missing, and the " + std::to_string(others) + " keys of " +
                                     files_.keys +
                                     " were made with it: restore it (with another one none of them works)");
    }
    auto pepper = is_new_pepper_ ? auth::make_pepper() : read_pepper();
    if (!pepper) return refuse(kExitConfig, files_.pepper + ": " + pepper.error().message);
    pepper_ = *std::move(pepper);
    auto hasher = auth::make_secret_hasher(pepper_);
    if (!hasher) return refuse(kExitConfig, files_.pepper + ": " + hasher.error().message);
    hasher_ = *std::move(hasher);
    return check_fingerprint();
  }

  Result<Secret> read_pepper() {
    auto file = auth::read_pepper_file(files_.pepper);
    if (!file) return std::unexpected(file.error());
    if (!file->warning.empty()) out_.notes += files_.pepper + ": " + file->warning + "\n";
    return std::move(file->pepper);
  }

  KeysStep<void> check_fingerprint() {
    const std::string fingerprint = auth::pepper_fingerprint(*hasher_);
    if (is_new_file_) {
      keys_.text = auth::new_key_file_text(fingerprint);
      keys_.file.pepper_fingerprint = fingerprint;
    }
    const std::string& expected = keys_.file.pepper_fingerprint;
    if (expected.empty() || expected == fingerprint) return {};
    return refuse(kExitConfig, files_.pepper + ": is not the pepper of the hashes in " + files_.keys +
                                   " (its pepper_fingerprint says so): expected the one that was there when the keys "
                                   "were made");
  }

  KeysStep<void> check_client() {
    std::string active;
    std::size_t count = 0;
    entry_.tenant = wanted_.tenant.empty() ? std::string(auth::kDefaultTenant) : wanted_.tenant;
    for (const auth::KeyEntry& key : keys_.file.keys) {
      if (key.client != entry_.client || !key.is_active(now_)) continue;
      active += (count++ == 0 ? "" : ", ") + key.id;
      if (wanted_.tenant.empty()) entry_.tenant = key.tenant;
      if (key.tenant != entry_.tenant) {
        return refuse(kExitUsage, "--tenant: client " + entry_.client + " belongs to tenant " + key.tenant +
                                      ", and a client has one tenant");
      }
    }
    if (count < auth::kMaxActiveKeys) return {};
    return refuse(kExitFailure, "client " + entry_.client + " has " + std::to_string(count) + " active keys already (" +
                                    active + "), expected one to be revoked first: metricstream-admin keys revoke ID");
  }

  [[nodiscard]] std::string described() const {
    return "for client " + entry_.client + " (tenant " + entry_.tenant + ", " +
           (entry_.expires ? "expires " + format_rfc3339(entry_.expires->ns) : "never expires") + ")";
  }

  KeysResult tell() {
    if (is_new_pepper_) out_.notes += "would make " + files_.pepper + "\n";
    if (is_new_file_) out_.notes += "would make " + files_.keys + "\n";
    out_.notes += "would add a key " + described() + " to " + files_.keys + "\n";
    return std::move(out_);
  }

  KeysResult add() {
    const auto key = auth::make_api_key();
    if (!key) return refuse(kExitFailure, key.error().message);
    const auto parts = auth::parse_api_key(key->reveal());
    entry_.id = parts->id;
    entry_.hash = hasher_->hash(parts->secret);
    const auto text = auth::with_key(keys_.text, keys_.file, entry_, now_);
    if (!text) return refuse(kExitFailure, files_.keys + ": " + text.error().message);
    if (is_new_pepper_) {
      const Secret line(pepper_.reveal() + "\n");
      if (auto made = replace_file(files_.pepper, line.reveal(), kPepperMode); !made) {
        return refuse(kExitFailure, made.error().message);
      }
      out_.notes +=
          "made " + files_.pepper + ": back it up, keep it apart from the keys, let only the services read it\n";
    }
    if (auto written = replace_file(files_.keys, *text, kKeyFileMode); !written) {
      return refuse(kExitFailure, written.error().message);
    }
    if (is_new_file_) out_.notes += "made " + files_.keys + ": let the services read it\n";
    out_.notes += "added key " + entry_.id + " " + described() + " to " + files_.keys +
                  "; it is shown this once, and services take it within seconds\n";
    out_.text = key->reveal() + "\n";
    return std::move(out_);
  }

  const KeyFiles& files_;
  const NewKey& wanted_;
  TimeNs now_;
  KeysOutput out_;
  KeyText keys_;
  auth::KeyEntry entry_;
  Secret pepper_;
  std::shared_ptr<const auth::SecretHasher> hasher_;
  bool is_new_file_ = false;
  bool is_new_pepper_ = false;
};

}  // namespace

KeysResult create_key(const KeyFiles& files, const NewKey& wanted, TimeNs now) {
  return Creation(files, wanted, now).run();
}

}  // namespace metricstream::admin
