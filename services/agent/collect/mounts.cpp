#include "services/agent/collect/mounts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {
namespace {

// Read-only images (squashfs, erofs, udf) are always full, so there is nothing to watch.
constexpr std::array<std::string_view, 19> kLocalTypes{
    "ext2",   "ext3", "ext4",  "xfs",  "btrfs", "zfs",     "f2fs",    "jfs", "reiserfs", "bcachefs",
    "nilfs2", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "hfsplus", "ufs", "minix"};

bool is_measurable(const Mount& mount) {
  if (mount.type == "overlay" || mount.type == "9p") return mount.path == "/";
  return std::ranges::find(kLocalTypes, mount.type) != kLocalTypes.end();
}

constexpr bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

}  // namespace

std::string unescape_mount(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escape = text.substr(i, 4);
    if (escape.size() == 4 && escape[0] == '\\' && escape[1] <= '3' && is_octal(escape[1]) && is_octal(escape[2]) &&
        is_octal(escape[3])) {
      plain += static_cast<char>((escape[1] - '0') * 64 + (escape[2] - '0') * 8 + (escape[3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<Mount> parse_mounts(std::string_view text) {
  std::vector<Mount> mounts;
  while (auto line = next_line(text)) {
    const auto device = next_field(*line);
    const auto path = next_field(*line);
    const auto type = next_field(*line);
    if (type.empty()) continue;
    mounts.push_back({unescape_mount(device), unescape_mount(path), std::string(type)});
  }
  return mounts;
}

std::vector<Mount> measurable_mounts(std::vector<Mount> mounts) {
  std::erase_if(mounts, [](const Mount& mount) { return !is_measurable(mount); });
  std::ranges::sort(mounts, {}, [](const Mount& mount) { return std::pair(mount.path.size(), mount.path); });
  std::vector<Mount> chosen;
  for (auto& mount : mounts) {
    const bool is_known = std::ranges::any_of(
        chosen, [&](const Mount& other) { return other.path == mount.path || other.device == mount.device; });
    if (!is_known) chosen.push_back(std::move(mount));
  }
  return chosen;
}

}  // namespace metricstream::agent
