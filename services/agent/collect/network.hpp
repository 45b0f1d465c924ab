#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

// One direction of an interface, since it came up.
struct Traffic {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::uint64_t errors = 0;
  std::uint64_t dropped = 0;
};

struct Interface {
  std::string name;
  Traffic received;
  Traffic sent;
};

// Reads the text of /proc/net/dev (proc(5)). The name ends at the last colon that numbers follow: an alias holds one
// itself. Interfaces without any packet are left out.
[[nodiscard]] Result<std::vector<Interface>> parse_network(std::string_view text);

// Per tag `interface`: counters net.{rx,tx}.{bytes,packets,errors,dropped}; over the interval since `before` also
// net.{rx,tx}.bytes_per_second.
void append_network_samples(std::span<const Interface> before, std::span<const Interface> after, TimeNs interval,
                            TimeNs time, Samples& out);

// `ignored`: globs of interface names.
class NetworkCollector final : public Collector {
 public:
  NetworkCollector(Procfs procfs, std::vector<std::string> ignored)
      : procfs_(std::move(procfs)), ignored_(std::move(ignored)) {}
  [[nodiscard]] std::string_view name() const override { return "network"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override;

 private:
  Procfs procfs_;
  std::vector<std::string> ignored_;
  std::vector<Interface> previous_;
  TimeNs previous_time_ = 0;  // steady
};

}  // namespace metricstream::agent
