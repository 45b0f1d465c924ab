#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace metricstream::agent {

// One line of /proc/PID/mounts, escapes undone.
struct Mount {
  std::string device;
  std::string path;
  std::string type;
  bool operator==(const Mount&) const = default;
};

// Reads the text of /proc/PID/mounts (fstab(5)); lines that are not mounts are left out.
[[nodiscard]] std::vector<Mount> parse_mounts(std::string_view text);

// "\040" and the like are how fstab(5) writes blanks, tabs, newlines and backslashes.
[[nodiscard]] std::string unescape_mount(std::string_view text);

// What is worth measuring: real local file systems, each device once (at its shortest path). Pseudo file systems have
// no space; network ones can block for ever when their server is away; overlays other than / are layers of containers.
[[nodiscard]] std::vector<Mount> measurable_mounts(std::vector<Mount> mounts);

}  // namespace metricstream::agent
