#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/metrics/exposition.hpp"
#include "common/metrics/instruments.hpp"

namespace metricstream::metrics {

// (name, value) pairs. Values must come from a bounded set: never a client id, host or path.
using Labels = std::vector<std::pair<std::string, std::string>>;

struct LabelledValue {
  Labels labels;
  double value = 0;
};

// Who may see a metric. Some name clients or hosts, by an operator's own file, and those are nobody else's business.
enum class Audience : std::uint8_t { everyone, operators };

// Called on the thread that asks for the exposition, under the registry's lock: must be quick and must not use the
// registry.
using Collect = std::function<std::vector<LabelledValue>()>;

// Keeps a callback registered; the callback is never running after the destructor's return. May outlive the registry.
class [[nodiscard]] Registration {
 public:
  Registration() = default;
  explicit Registration(std::shared_ptr<void> entry) : entry_(std::move(entry)) {}

 private:
  std::shared_ptr<void> entry_;
};

// The process' own metrics. Constructed once and passed by reference; instruments live as long as it does.
// Asking again for the same name and labels gives the same instrument. Names follow Prometheus' rules
// (metricstream_..., base units, counters end in _total); a bad name, or one name used with two types, is a bug and
// throws std::invalid_argument. Thread-safe.
class Registry {
 public:
  // With process_* and metricstream_build_info{version,revision,compiler}.
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       Labels labels = {});

  // Values read when they are asked for, such as queue lengths and lags by partition.
  Registration collect_gauge(std::string_view name, std::string_view help, Collect collect,
                             Audience audience = Audience::everyone);
  Registration collect_counter(std::string_view name, std::string_view help, Collect collect,
                               Audience audience = Audience::everyone);

  // What `reader` may see (operators: everything), families sorted by name. Format::json is not the registry's
  // business: std::invalid_argument.
  [[nodiscard]] std::string expose(Format format, Audience reader = Audience::operators) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace metricstream::metrics
