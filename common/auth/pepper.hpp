#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace metricstream::auth {

// The pepper in a file's text: all of it but one line end behind it, which editors and `openssl rand -hex` add.
[[nodiscard]] Secret pepper_of(std::string_view file_text);

struct PepperFile {
  Secret pepper;
  std::string warning;  // empty: nobody but its owner and its group can read it
};

// Blocks. The failure does not name the file.
[[nodiscard]] Result<PepperFile> read_pepper_file(const std::string& path);

}  // namespace metricstream::auth
