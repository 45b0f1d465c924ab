#include "common/cli/service.hpp"
#include "services/aggregator/app.hpp"

int main(int argc, char** argv) {
  using metricstream::aggregator::AggregatorSettings;
  return metricstream::run_service(
      argc, argv,
      metricstream::make_service<AggregatorSettings>(
          "aggregator", "Aggregates the metrics in Kafka into windows and writes them to InfluxDB, each exactly once.",
          metricstream::aggregator::run));
}
