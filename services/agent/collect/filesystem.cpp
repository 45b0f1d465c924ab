#include "services/agent/collect/filesystem.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace metricstream::agent {
namespace {

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::uint64_t less(std::uint64_t whole, std::uint64_t part) { return whole - std::min(whole, part); }

}  // namespace

Result<FilesystemUsage> probe_filesystem(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) return fail(path + ": " + std::generic_category().message(errno));
  const std::uint64_t block = status.f_frsize;
  return FilesystemUsage{.total = status.f_blocks * block,
                         .free = status.f_bfree * block,
                         .available = status.f_bavail * block,
                         .inodes = status.f_files,
                         .free_inodes = status.f_ffree};
}

void append_filesystem_samples(const Mount& mount, const FilesystemUsage& usage, TimeNs time, Samples& out) {
  if (usage.total == 0) return;
  const auto add = [&](std::string_view name, double value, std::string_view unit) {
    Tags tags{{"device", mount.device}, {"fstype", mount.type}, {"path", mount.path}};
    out.push_back({name, value, time, MetricType::gauge, unit, std::move(tags)});
  };
  const std::uint64_t used = less(usage.total, usage.free);
  add("disk.total.bytes", static_cast<double>(usage.total), "bytes");
  add("disk.used.bytes", static_cast<double>(used), "bytes");
  add("disk.free.bytes", static_cast<double>(usage.available), "bytes");
  if (used + usage.available > 0) add("disk.used.percent", percent(used, used + usage.available), "percent");
  if (usage.inodes > 0) {
    add("disk.inodes.used.percent", percent(less(usage.inodes, usage.free_inodes), usage.inodes), "percent");
  }
}

Result<void> FilesystemCollector::collect(CollectionTime now, Samples& out) {
  // Process 1 sees the machine's mounts also when we run in a container with the host's /proc; it may be hidden.
  auto text = procfs_.read("1/mounts");
  if (!text) text = procfs_.read("self/mounts");
  if (!text) return std::unexpected(text.error());
  for (const auto& mount : measurable_mounts(parse_mounts(*text))) {
    const auto seen_here = rootfs_ / std::filesystem::path(mount.path).relative_path();
    // One that went away since, or that we may not enter, says nothing about the others.
    if (const auto usage = probe_(seen_here.string())) append_filesystem_samples(mount, *usage, now.wall, out);
  }
  return {};
}

}  // namespace metricstream::agent
