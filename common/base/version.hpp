#pragma once

#include <string>
#include <string_view>

namespace metricstream {

struct BuildInfo {
  std::string_view version;
  std::string_view revision;
  std::string_view branch;
  std::string_view compiler;
  std::string_view platform;
};

[[nodiscard]] const BuildInfo& build_info();

// What `--version` prints, in the shape of Prometheus' programs: "NAME, version V (branch: B, revision: R)" and
// details.
[[nodiscard]] std::string version_text(std::string_view program);

}  // namespace metricstream
