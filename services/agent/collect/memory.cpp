#include "services/agent/collect/memory.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {
namespace {

// The lines that are read, in the order of `Columns`.
constexpr std::array<std::string_view, 7> kLabels{
    "MemTotal:", "MemFree:", "MemAvailable:", "Buffers:", "Cached:", "SwapTotal:", "SwapFree:"};
using Columns = std::array<std::optional<std::uint64_t>, kLabels.size()>;

// "  123 kB", the only unit that /proc/meminfo prints.
std::optional<std::uint64_t> parse_kilobytes(std::string_view rest) {
  const auto number = parse_number<std::uint64_t>(next_field(rest));
  if (!number || *number > UINT64_MAX / 1024 || next_field(rest) != "kB") return std::nullopt;
  return *number * 1024;
}

std::uint64_t less(std::uint64_t whole, std::uint64_t part) { return whole - std::min(whole, part); }

}  // namespace

Result<MemoryReading> parse_memory(std::string_view text) {
  Columns columns;
  std::size_t line_number = 0;
  while (auto line = next_line(text)) {
    ++line_number;
    const auto label = next_field(*line);
    const auto found = std::ranges::find(kLabels, label);
    if (found == kLabels.end()) continue;
    const auto bytes = parse_kilobytes(*line);
    if (!bytes) return malformed("meminfo", line_number, "a number and kB after " + std::string(label), *line);
    columns[static_cast<std::size_t>(found - kLabels.begin())] = bytes;
  }
  const auto& [total, free, available, buffers, cached, swap_total, swap_free] = columns;
  if (!total || !free) return fail("meminfo: no line MemTotal or MemFree");
  MemoryReading reading{.total = *total,
                        .free = *free,
                        .buffers = buffers.value_or(0),
                        .cached = cached.value_or(0),
                        .swap_total = swap_total.value_or(0),
                        .swap_free = swap_free.value_or(0)};
  reading.available = available.value_or(std::min(reading.total, reading.free + reading.buffers + reading.cached));
  return reading;
}

void append_memory_samples(const MemoryReading& reading, TimeNs time, Samples& out) {
  const auto add = [&](std::string_view name, double value, std::string_view unit) {
    out.push_back({name, value, time, MetricType::gauge, unit, {}});
  };
  const auto bytes = [&](std::string_view name, std::uint64_t value) {
    add(name, static_cast<double>(value), "bytes");
  };
  const std::uint64_t used = less(reading.total, reading.available);
  bytes("mem.total.bytes", reading.total);
  bytes("mem.used.bytes", used);
  bytes("mem.available.bytes", reading.available);
  bytes("mem.free.bytes", reading.free);
  bytes("mem.buffers.bytes", reading.buffers);
  bytes("mem.cached.bytes", reading.cached);
  if (reading.total > 0) {
    add("mem.used.percent", 100.0 * static_cast<double>(used) / static_cast<double>(reading.total), "percent");
  }
  bytes("swap.total.bytes", reading.swap_total);
  bytes("swap.used.bytes", less(reading.swap_total, reading.swap_free));
}

Result<void> MemoryCollector::collect(CollectionTime now, Samples& out) {
  const auto text = procfs_.read("meminfo");
  if (!text) return std::unexpected(text.error());
  const auto reading = parse_memory(*text);
  if (!reading) return std::unexpected(reading.error());
  append_memory_samples(*reading, now.wall, out);
  return {};
}

}  // namespace metricstream::agent
