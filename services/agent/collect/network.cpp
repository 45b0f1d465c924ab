#include "services/agent/collect/network.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/glob.hpp"
#include "services/agent/collect/delta.hpp"
#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {
namespace {

constexpr std::size_t kHeadingLines = 2;

struct TrafficNames {
  std::string_view bytes, packets, errors, dropped, rate;
};
constexpr TrafficNames kReceived{"net.rx.bytes", "net.rx.packets", "net.rx.errors", "net.rx.dropped",
                                 "net.rx.bytes_per_second"};
constexpr TrafficNames kSent{"net.tx.bytes", "net.tx.packets", "net.tx.errors", "net.tx.dropped",
                             "net.tx.bytes_per_second"};

// bytes packets errs drop fifo frame compressed multicast | bytes packets errs drop ...
Result<Interface> parse_line(std::string_view line, std::size_t line_number) {
  const auto colon = line.rfind(':');
  if (colon == std::string_view::npos) return malformed("net/dev", line_number, "NAME: and numbers", line);
  auto label = line.substr(0, colon);
  Interface interface;
  interface.name = next_field(label);
  if (interface.name.empty()) return malformed("net/dev", line_number, "the name of an interface", line);
  auto rest = line.substr(colon + 1);
  std::array<std::uint64_t, 12> columns{};
  for (auto& column : columns) {
    const auto field = next_field(rest);
    const auto number = parse_number<std::uint64_t>(field);
    if (!number) return malformed("net/dev", line_number, "a number", field);
    column = *number;
  }
  interface.received = {columns[0], columns[1], columns[2], columns[3]};
  interface.sent = {columns[8], columns[9], columns[10], columns[11]};
  return interface;
}

bool is_unused(const Interface& interface) { return interface.received.packets == 0 && interface.sent.packets == 0; }

void append_traffic(const TrafficNames& names, const Interface& interface, const Traffic& traffic,
                    std::optional<double> rate, TimeNs time, Samples& out) {
  const auto add = [&](std::string_view name, double value, MetricType type, std::string_view unit) {
    out.push_back({name, value, time, type, unit, {{"interface", interface.name}}});
  };
  add(names.bytes, static_cast<double>(traffic.bytes), MetricType::counter, "bytes");
  add(names.packets, static_cast<double>(traffic.packets), MetricType::counter, "");
  add(names.errors, static_cast<double>(traffic.errors), MetricType::counter, "");
  add(names.dropped, static_cast<double>(traffic.dropped), MetricType::counter, "");
  if (rate) add(names.rate, *rate, MetricType::gauge, "bytes/s");
}

}  // namespace

Result<std::vector<Interface>> parse_network(std::string_view text) {
  std::vector<Interface> interfaces;
  std::size_t line_number = 0;
  while (const auto line = next_line(text)) {
    ++line_number;
    if (line_number <= kHeadingLines || line->empty()) continue;
    auto interface = parse_line(*line, line_number);
    if (!interface) return std::unexpected(interface.error());
    if (!is_unused(*interface)) interfaces.push_back(std::move(*interface));
  }
  return interfaces;
}

void append_network_samples(std::span<const Interface> before, std::span<const Interface> after, TimeNs interval,
                            TimeNs time, Samples& out) {
  for (const auto& interface : after) {
    const auto same = std::ranges::find(before, interface.name, &Interface::name);
    std::optional<double> received;
    std::optional<double> sent;
    if (same != before.end()) {
      received = per_second(growth(same->received.bytes, interface.received.bytes), interval);
      sent = per_second(growth(same->sent.bytes, interface.sent.bytes), interval);
    }
    append_traffic(kReceived, interface, interface.received, received, time, out);
    append_traffic(kSent, interface, interface.sent, sent, time, out);
  }
}

Result<void> NetworkCollector::collect(CollectionTime now, Samples& out) {
  const auto before = std::exchange(previous_, {});
  // Process 1 lives in the machine's network also when we run in a container with the host's /proc; it may be hidden.
  auto text = procfs_.read("1/net/dev");
  if (!text) text = procfs_.read("net/dev");
  if (!text) return std::unexpected(text.error());
  auto after = parse_network(*text);
  if (!after) return std::unexpected(after.error());
  std::erase_if(*after, [&](const Interface& interface) {
    return std::ranges::any_of(ignored_, [&](const auto& glob) { return glob_match(glob, interface.name); });
  });
  append_network_samples(before, *after, now.steady - previous_time_, now.wall, out);
  previous_ = std::move(*after);
  previous_time_ = now.steady;
  return {};
}

}  // namespace metricstream::agent
