#include "common/auth/pepper.hpp"

#include <utility>

#include "common/auth/secret_hasher.hpp"
#include "common/base/whole_file.hpp"

namespace metricstream::auth {

Secret pepper_of(std::string_view file_text) {
  if (file_text.ends_with('\n')) file_text.remove_suffix(file_text.ends_with("\r\n") ? 2 : 1);
  return Secret(std::string(file_text));
}

Result<PepperFile> read_pepper_file(const std::string& path) {
  auto file = read_whole_file(path, kMaxPepperSize + 2);
  if (!file) return std::unexpected(file.error());
  const Secret text(std::move(file->text));
  PepperFile out{.pepper = pepper_of(text.reveal()), .warning = {}};
  out.warning = describe_open_mode(file->permissions);
  if (!out.warning.empty()) out.warning += ": whoever reads it and the key file can test guesses";
  return out;
}

}  // namespace metricstream::auth
