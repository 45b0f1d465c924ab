#pragma once

#include <string>

#include "common/auth/key_file.hpp"
#include "services/admin/keys_actions.hpp"

// Private to the keys_*.cpp of this folder.
namespace metricstream::admin {

template <class T>
using KeysStep = std::expected<T, KeysFailure>;

[[nodiscard]] std::unexpected<KeysFailure> refuse(int exit_code, std::string message);

struct KeyText {
  std::string text;
  auth::KeyFile file;  // what it says
};

// Everything wrong with the file as one message.
[[nodiscard]] KeysStep<KeyText> read_keys(const std::string& path, TimeNs now);

constexpr unsigned kKeyFileMode = 0640;

}  // namespace metricstream::admin
