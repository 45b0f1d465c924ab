#include "services/agent/collect/disk_io.hpp"

#include <algorithm>
#include <utility>

#include "common/base/glob.hpp"
#include "services/agent/collect/delta.hpp"
#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {
namespace {

constexpr std::uint64_t kSectorBytes = 512;

// major minor name reads merged sectors ms writes merged sectors ms in_flight busy_ms ...
Result<DiskIo> parse_line(std::string_view rest, std::size_t line_number) {
  constexpr std::size_t kColumns = 10;
  next_field(rest);
  next_field(rest);
  DiskIo disk;
  disk.device = next_field(rest);
  if (disk.device.empty()) return malformed("diskstats", line_number, "the name of a device", "");
  std::uint64_t columns[kColumns] = {};
  for (auto& column : columns) {
    const auto field = next_field(rest);
    const auto number = parse_number<std::uint64_t>(field);
    if (!number) return malformed("diskstats", line_number, "a number", field);
    column = *number;
  }
  disk.reads = columns[0];
  disk.read_bytes = columns[2] * kSectorBytes;
  disk.writes = columns[4];
  disk.written_bytes = columns[6] * kSectorBytes;
  disk.busy_ms = columns[9];
  return disk;
}

bool is_unused(const DiskIo& disk) { return disk.reads == 0 && disk.writes == 0; }

bool is_ignored(std::string_view device, std::span<const std::string> globs) {
  return std::ranges::any_of(globs, [&](const std::string& glob) { return glob_match(glob, device); });
}

}  // namespace

bool is_partition_of(std::string_view device, std::string_view disk) {
  constexpr std::string_view kDigits = "0123456789";
  if (disk.empty() || device.size() <= disk.size() || !device.starts_with(disk)) return false;
  auto rest = device.substr(disk.size());
  if (kDigits.contains(disk.back())) {
    if (rest.front() != 'p') return false;
    rest.remove_prefix(1);
  }
  return !rest.empty() && rest.find_first_not_of(kDigits) == std::string_view::npos;
}

Result<std::vector<DiskIo>> parse_disk_io(std::string_view text) {
  std::vector<DiskIo> disks;
  std::size_t line_number = 0;
  while (const auto line = next_line(text)) {
    ++line_number;
    if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
    auto disk = parse_line(*line, line_number);
    if (!disk) return std::unexpected(disk.error());
    // The kernel lists a disk right before its partitions.
    if (!disks.empty() && is_partition_of(disk->device, disks.back().device)) continue;
    disks.push_back(std::move(*disk));
  }
  std::erase_if(disks, is_unused);
  return disks;
}

void append_disk_io_samples(std::span<const DiskIo> before, std::span<const DiskIo> after, TimeNs interval, TimeNs time,
                            Samples& out) {
  const std::uint64_t interval_ms = interval > 0 ? static_cast<std::uint64_t>(interval / kMillisecond) : 0;
  for (const auto& disk : after) {
    const auto add = [&](std::string_view name, double value, MetricType type, std::string_view unit) {
      out.push_back({name, value, time, type, unit, {{"device", disk.device}}});
    };
    const auto counter = [&](std::string_view name, std::uint64_t value, std::string_view unit) {
      add(name, static_cast<double>(value), MetricType::counter, unit);
    };
    const auto rate = [&](std::string_view name, std::optional<double> value) {
      if (value) add(name, *value, MetricType::gauge, "bytes/s");
    };
    counter("disk.read.bytes", disk.read_bytes, "bytes");
    counter("disk.write.bytes", disk.written_bytes, "bytes");
    counter("disk.read.operations", disk.reads, "");
    counter("disk.write.operations", disk.writes, "");
    const auto same = std::ranges::find(before, disk.device, &DiskIo::device);
    if (same == before.end() || interval_ms == 0) continue;
    rate("disk.read.bytes_per_second", per_second(growth(same->read_bytes, disk.read_bytes), interval));
    rate("disk.write.bytes_per_second", per_second(growth(same->written_bytes, disk.written_bytes), interval));
    // The kernel updates the time at ticks, so that it may run a little ahead of the interval.
    if (const auto busy = growth32(same->busy_ms, disk.busy_ms, 2 * interval_ms)) {
      const double share = 100.0 * static_cast<double>(*busy) / static_cast<double>(interval_ms);
      add("disk.busy.percent", std::min(share, 100.0), MetricType::gauge, "percent");
    }
  }
}

Result<void> DiskIoCollector::collect(CollectionTime now, Samples& out) {
  const auto before = std::exchange(previous_, {});
  const auto text = procfs_.read("diskstats");
  if (!text) return std::unexpected(text.error());
  auto after = parse_disk_io(*text);
  if (!after) return std::unexpected(after.error());
  std::erase_if(*after, [&](const DiskIo& disk) { return is_ignored(disk.device, ignored_); });
  append_disk_io_samples(before, *after, now.steady - previous_time_, now.wall, out);
  previous_ = std::move(*after);
  previous_time_ = now.steady;
  return {};
}

}  // namespace metricstream::agent
