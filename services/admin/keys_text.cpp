#include "services/admin/keys_text.hpp"

#include <utility>

#include "common/auth/key_store.hpp"
#include "common/base/whole_file.hpp"
#include "common/cli/exit_code.hpp"

namespace metricstream::admin {

std::unexpected<KeysFailure> refuse(int exit_code, std::string message) {
  return std::unexpected(KeysFailure{exit_code, std::move(message)});
}

KeysStep<KeyText> read_keys(const std::string& path, TimeNs now) {
  auto whole = read_whole_file(path, auth::kMaxKeyFileSize);
  if (!whole) return refuse(kExitConfig, path + ": " + whole.error().message);
  auth::KeyFileReading reading = auth::read_key_file(whole->text, path, now);
  if (!reading.ok()) return refuse(kExitConfig, config::text_of(reading.problems));
  return KeyText{std::move(whole->text), std::move(reading.file)};
}

}  // namespace metricstream::admin
