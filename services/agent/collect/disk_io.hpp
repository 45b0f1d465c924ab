#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

// One line of /proc/diskstats, since boot.
struct DiskIo {
  std::string device;  // "sda", "nvme0n1"
  std::uint64_t reads = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t writes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t busy_ms = 0;  // time with at least one request in flight; 32 bits, wraps
};

// Reads the text of /proc/diskstats (kernel: Documentation/admin-guide/iostats.rst). A sector is 512 bytes, whatever
// the device says. Partitions of a listed disk are left out: their disk counts them; so is a device that never did
// anything.
[[nodiscard]] Result<std::vector<DiskIo>> parse_disk_io(std::string_view text);

// True for "sda1" of "sda", "nvme0n1p2" of "nvme0n1": digits behind, after a p where the disk ends in a digit.
[[nodiscard]] bool is_partition_of(std::string_view device, std::string_view disk);

// Per tag `device`: counters disk.{read,write}.bytes and disk.{read,write}.operations; over the interval since
// `before` also disk.{read,write}.bytes_per_second and disk.busy.percent.
void append_disk_io_samples(std::span<const DiskIo> before, std::span<const DiskIo> after, TimeNs interval, TimeNs time,
                            Samples& out);

// `ignored`: globs of device names.
class DiskIoCollector final : public Collector {
 public:
  DiskIoCollector(Procfs procfs, std::vector<std::string> ignored)
      : procfs_(std::move(procfs)), ignored_(std::move(ignored)) {}
  [[nodiscard]] std::string_view name() const override { return "disk_io"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override;

 private:
  Procfs procfs_;
  std::vector<std::string> ignored_;
  std::vector<DiskIo> previous_;
  TimeNs previous_time_ = 0;  // steady
};

}  // namespace metricstream::agent
