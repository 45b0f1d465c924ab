#pragma once

#include "common/base/result.hpp"
#include "common/http/url.hpp"
#include "common/influx/endpoint.hpp"
#include "services/aggregator/settings.hpp"

namespace metricstream::admin {

// The InfluxDB that the aggregator writes to.
struct InfluxDb {
  http::Url url;
  influx::Endpoint endpoint;
};

// Reads the secret files that the sink names.
[[nodiscard]] Result<InfluxDb> influxdb_of(const aggregator::AggregatorSettings& settings);

}  // namespace metricstream::admin
