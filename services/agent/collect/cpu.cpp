#include "services/agent/collect/cpu.hpp"

#include <algorithm>
#include <utility>

#include "services/agent/collect/delta.hpp"
#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {
namespace {

constexpr std::size_t kOldestColumns = 4;  // user nice system idle

Result<CpuTimes> parse_times(std::string_view rest, std::size_t line_number) {
  CpuTimes times;
  for (std::size_t column = 0; column < CpuTimes::kind_count; ++column) {
    const auto field = next_field(rest);
    if (field.empty() && column >= kOldestColumns) break;
    const auto ticks = parse_number<std::uint64_t>(field);
    if (!ticks) return malformed("stat", line_number, "a number of clock ticks", field);
    times.ticks[column] = *ticks;
  }
  return times;
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Result<CpuReading> parse_cpu(std::string_view text) {
  CpuReading reading;
  bool has_total = false;
  std::size_t line_number = 0;
  while (auto line = next_line(text)) {
    ++line_number;
    const auto label = next_field(*line);
    if (!label.starts_with("cpu")) continue;
    auto times = parse_times(*line, line_number);
    if (!times) return std::unexpected(times.error());
    const auto core = label.substr(3);
    if (core.empty()) {
      reading.total = *times;
      has_total = true;
    } else if (parse_number<unsigned>(core)) {
      reading.cores.push_back({std::string(core), *times});
    } else {
      return malformed("stat", line_number, "cpu with the number of a core", label);
    }
  }
  if (!has_total) return fail("stat: no line 'cpu'");
  return reading;
}

std::optional<CpuShares> cpu_shares(const CpuTimes& before, const CpuTimes& after) {
  CpuTimes spent;
  std::uint64_t whole = 0;
  for (std::size_t kind = 0; kind < CpuTimes::kind_count; ++kind) {
    spent.ticks[kind] = growth(before.ticks[kind], after.ticks[kind]).value_or(0);
    whole += spent.ticks[kind];
  }
  if (whole == 0) return std::nullopt;
  const auto& t = spent.ticks;
  return CpuShares{.usage = percent(whole - t[CpuTimes::idle] - t[CpuTimes::iowait], whole),
                   .user = percent(t[CpuTimes::user] + t[CpuTimes::nice], whole),
                   .system = percent(t[CpuTimes::system] + t[CpuTimes::irq] + t[CpuTimes::softirq], whole),
                   .iowait = percent(t[CpuTimes::iowait], whole),
                   .steal = percent(t[CpuTimes::steal], whole)};
}

void append_cpu_samples(const CpuReading& before, const CpuReading& after, TimeNs time, Samples& out) {
  const auto add = [&](std::string_view name, double value, Tags tags) {
    out.push_back({name, value, time, MetricType::gauge, "percent", std::move(tags)});
  };
  if (const auto shares = cpu_shares(before.total, after.total)) {
    add("cpu.usage.percent", shares->usage, {});
    add("cpu.user.percent", shares->user, {});
    add("cpu.system.percent", shares->system, {});
    add("cpu.iowait.percent", shares->iowait, {});
    add("cpu.steal.percent", shares->steal, {});
  }
  for (const auto& core : after.cores) {
    // Cores come and go: only those of both readings have an interval.
    const auto same = std::ranges::find(before.cores, core.core, &CpuCore::core);
    if (same == before.cores.end()) continue;
    if (const auto shares = cpu_shares(same->times, core.times)) {
      add("cpu.usage.percent", shares->usage, {{"core", core.core}});
    }
  }
}

Result<void> CpuCollector::collect(CollectionTime now, Samples& out) {
  const auto before = std::exchange(previous_, std::nullopt);
  const auto text = procfs_.read("stat");
  if (!text) return std::unexpected(text.error());
  auto after = parse_cpu(*text);
  if (!after) return std::unexpected(after.error());
  if (before) append_cpu_samples(*before, *after, now.wall, out);
  previous_ = std::move(*after);
  return {};
}

}  // namespace metricstream::agent
