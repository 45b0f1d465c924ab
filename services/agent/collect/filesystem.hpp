#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/collect/mounts.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

// Space of one file system in bytes; `available` is what an ordinary user can still get, less than `free` by the part
// kept for root.
struct FilesystemUsage {
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::uint64_t available = 0;
  std::uint64_t inodes = 0;  // 0 where the file system has no fixed number
  std::uint64_t free_inodes = 0;
};

// Asks the kernel by statvfs(3); a function, so that tests need no disks.
using FilesystemProbe = std::function<Result<FilesystemUsage>(const std::string& path)>;
[[nodiscard]] Result<FilesystemUsage> probe_filesystem(const std::string& path);

// Per tags `device`, `fstype`, `path`: disk.{total,used,free}.bytes, disk.used.percent (as df counts it: of what users
// can have) and disk.inodes.used.percent. Nothing for a file system without space.
void append_filesystem_samples(const Mount& mount, const FilesystemUsage& usage, TimeNs time, Samples& out);

// Usage of the mounted file systems. `rootfs`: where the machine's / is seen from here ("/", or "/host" in a
// container).
class FilesystemCollector final : public Collector {
 public:
  FilesystemCollector(Procfs procfs, std::filesystem::path rootfs, FilesystemProbe probe = probe_filesystem)
      : procfs_(std::move(procfs)), rootfs_(std::move(rootfs)), probe_(std::move(probe)) {}
  [[nodiscard]] std::string_view name() const override { return "filesystem"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override;

 private:
  Procfs procfs_;
  std::filesystem::path rootfs_;
  FilesystemProbe probe_;
};

}  // namespace metricstream::agent
