#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "common/base/byte_size.hpp"
#include "common/config/schema.hpp"
#include "common/influx/endpoint_settings.hpp"
#include "services/aggregator/sink/lane.hpp"

namespace metricstream::sink {

enum class SinkType : std::uint8_t { influxdb };

constexpr auto enum_names(SinkType) {
  return std::to_array<config::EnumName<SinkType>>({{"influxdb", SinkType::influxdb}});
}

// How points are named: a measurement for each metric, or the one measurement `server_metrics` with a tag metric_name.
enum class PointSchema : std::uint8_t { per_metric, single };

constexpr auto enum_names(PointSchema) {
  return std::to_array<config::EnumName<PointSchema>>(
      {{"per_metric", PointSchema::per_metric}, {"single", PointSchema::single}});
}

struct BatchSettings {
  std::size_t lines = 5000;
  ByteSize bytes{1U << 20};
  std::chrono::milliseconds age = std::chrono::seconds{1};

  [[nodiscard]] BatchLimits limits() const { return {lines, bytes.bytes, age}; }
};

// One entry of `sinks:` in aggregator.yaml. Usable with its defaults.
struct SinkSettings {
  SinkType type = SinkType::influxdb;
  influx::EndpointSettings endpoint;  // its fields stand beside `type`
  PointSchema schema = PointSchema::per_metric;
  BatchSettings batch;
  std::chrono::milliseconds timeout = std::chrono::seconds{10};
  int gzip_level = 1;
};

void describe(config::Schema& schema, BatchSettings& batch);
void describe(config::Schema& schema, SinkSettings& sink);

}  // namespace metricstream::sink
