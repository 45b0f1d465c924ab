#include "common/metrics/registry.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>

#include "common/base/version.hpp"
#include "common/metrics/names.hpp"
#include "common/metrics/openmetrics.hpp"
#include "common/metrics/process_status.hpp"

namespace metricstream::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric with_labels(const Labels& labels) {
  ClientMetric out;
  for (const auto& [name, value] : labels) out.label.push_back({name, value});
  return out;
}

ClientMetric sample_of(MetricType type, const Labels& labels, double value) {
  ClientMetric out = with_labels(labels);
  if (type == MetricType::Counter) {
    out.counter.value = value;
  } else {
    out.gauge.value = value;
  }
  return out;
}

ClientMetric sample_of(const Labels& labels, const Histogram& histogram) {
  ClientMetric out = with_labels(labels);
  const Histogram::Snapshot snapshot = histogram.snapshot();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    cumulative += snapshot.counts[i];
    const bool last = i == histogram.bounds().size();
    out.histogram.bucket.push_back(
        {cumulative, last ? std::numeric_limits<double>::infinity() : histogram.bounds()[i]});
  }
  out.histogram.sample_count = cumulative;
  out.histogram.sample_sum = snapshot.sum;
  return out;
}

struct Family {
  MetricType type;
  std::string help;
  std::map<Labels, std::unique_ptr<Counter>> counters;
  std::map<Labels, std::unique_ptr<Gauge>> gauges;
  std::map<Labels, std::unique_ptr<Histogram>> histograms;
  struct Callback {
    Collect collect;
    Audience audience;
  };
  std::list<Callback> callbacks;

  [[nodiscard]] std::vector<ClientMetric> samples(Audience reader) const {
    std::vector<ClientMetric> out;
    for (const auto& [labels, counter] : counters) {
      out.push_back(sample_of(type, labels, static_cast<double>(counter->value())));
    }
    for (const auto& [labels, gauge] : gauges) out.push_back(sample_of(type, labels, gauge->value()));
    for (const auto& [labels, histogram] : histograms) out.push_back(sample_of(labels, *histogram));
    for (const Callback& callback : callbacks) {
      if (callback.audience == Audience::operators && reader != Audience::operators) continue;
      for (const LabelledValue& value : callback.collect()) out.push_back(sample_of(type, value.labels, value.value));
    }
    return out;
  }
};

void add_process_metrics(std::vector<MetricFamily>& out) {
  const std::optional<ProcessStatus> status = read_process_status();
  if (!status) return;
  const auto add = [&](MetricType type, const char* name, const char* help, double value) {
    out.push_back({name, help, type, {sample_of(type, {}, value)}});
  };
  add(MetricType::Counter, "process_cpu_seconds_total", "User and system CPU time spent.", status->cpu_seconds);
  add(MetricType::Gauge, "process_max_fds", "Limit of open file descriptors.", status->max_fds);
  add(MetricType::Gauge, "process_open_fds", "Open file descriptors.", status->open_fds);
  add(MetricType::Gauge, "process_resident_memory_bytes", "Resident memory.", status->resident_bytes);
  add(MetricType::Gauge, "process_start_time_seconds", "When the process started, in seconds since the epoch.",
      status->start_time_seconds);
  add(MetricType::Gauge, "process_threads", "Threads of the process.", status->threads);
  add(MetricType::Gauge, "process_virtual_memory_bytes", "Virtual memory.", status->virtual_bytes);
}

}  // namespace

struct Registry::State : std::enable_shared_from_this<Registry::State> {
  // Call with the mutex held.
  Family& family(std::string_view name, std::string_view help, MetricType type);
  Registration collect(std::string_view name, std::string_view help, MetricType type, Family::Callback callback);

  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;
};

Family& Registry::State::family(std::string_view name, std::string_view help, MetricType type) {
  require_metric_name(name, type == MetricType::Counter);
  const auto [found, is_new] = families.try_emplace(std::string(name));
  if (is_new) {
    found->second.type = type;
    found->second.help = help;
  }
  if (found->second.type != type) throw std::invalid_argument("'" + std::string(name) + "': used with two types");
  return found->second;
}

Registration Registry::State::collect(std::string_view name, std::string_view help, MetricType type,
                                      Family::Callback callback) {
  const std::lock_guard lock(mutex);
  std::list<Family::Callback>& callbacks = family(name, help, type).callbacks;
  const auto place = callbacks.insert(callbacks.end(), std::move(callback));
  // The handle may outlive the registry; the lists it points into then no longer exist.
  const auto remove = [state = weak_from_this(), &callbacks, place](void*) {
    const auto alive = state.lock();
    if (!alive) return;
    const std::lock_guard removing(alive->mutex);
    callbacks.erase(place);
  };
  return Registration(std::shared_ptr<void>(nullptr, remove));
}

Registry::Registry() : state_(std::make_shared<State>()) {
  const BuildInfo& build = build_info();
  gauge("metricstream_build_info", "Always 1; the labels say what runs.",
        {{"version", std::string(build.version)},
         {"revision", std::string(build.revision)},
         {"compiler", std::string(build.compiler)}})
      .set(1);
}

Registry::~Registry() = default;

namespace {

// The instrument of these labels, made on first use. Sorted labels, so that their order does not matter.
template <class Instrument, class... Arguments>
Instrument& instrument(std::map<Labels, std::unique_ptr<Instrument>>& all, Labels labels, Arguments... arguments) {
  require_labels(labels);
  std::ranges::sort(labels);
  std::unique_ptr<Instrument>& place = all[std::move(labels)];
  if (!place) place = std::make_unique<Instrument>(arguments...);
  return *place;
}

}  // namespace

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  return instrument(state_->family(name, help, MetricType::Counter).counters, std::move(labels));
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  return instrument(state_->family(name, help, MetricType::Gauge).gauges, std::move(labels));
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                               Labels labels) {
  const std::lock_guard lock(state_->mutex);
  return instrument(state_->family(name, help, MetricType::Histogram).histograms, std::move(labels), bounds);
}

Registration Registry::collect_gauge(std::string_view name, std::string_view help, Collect collect, Audience audience) {
  return state_->collect(name, help, MetricType::Gauge, {std::move(collect), audience});
}

Registration Registry::collect_counter(std::string_view name, std::string_view help, Collect collect,
                                       Audience audience) {
  return state_->collect(name, help, MetricType::Counter, {std::move(collect), audience});
}

std::string Registry::expose(Format format, Audience reader) const {
  if (format == Format::json) throw std::invalid_argument("the registry has no JSON form");
  std::vector<MetricFamily> families;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, family] : state_->families) {
      std::vector<ClientMetric> samples = family.samples(reader);
      if (!samples.empty()) families.push_back({name, family.help, family.type, std::move(samples)});
    }
  }
  add_process_metrics(families);
  return format == Format::openmetrics ? write_openmetrics(families) : prometheus::TextSerializer().Serialize(families);
}

}  // namespace metricstream::metrics
