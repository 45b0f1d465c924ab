#include "services/admin/influxdb.hpp"

#include <utility>

namespace metricstream::admin {

Result<InfluxDb> influxdb_of(const aggregator::AggregatorSettings& settings) {
  auto endpoint = influx::load_endpoint(settings.sinks.front().endpoint);
  if (!endpoint) return std::unexpected(endpoint.error());
  auto url = http::parse_url(endpoint->url);
  if (!url) return std::unexpected(url.error());
  return InfluxDb{std::move(*url), std::move(*endpoint)};
}

}  // namespace metricstream::admin
