#include "services/ingestion/producer_metrics.hpp"

#include <functional>

namespace metricstream::ingestion {
namespace {

using Values = std::vector<metrics::LabelledValue>;
using Read = std::function<double(const kafka::ProducerStatistics&)>;

}  // namespace

std::vector<metrics::Registration> watch_producer(metrics::Registry& registry, const kafka::Producer& producer) {
  std::vector<metrics::Registration> registrations;
  const auto reading = [&producer](Read read) {
    return [&producer, read = std::move(read)] { return Values{{{}, read(producer.statistics())}}; };
  };
  const auto gauge = [&](std::string_view name, std::string_view help, Read read) {
    registrations.push_back(registry.collect_gauge(name, help, reading(std::move(read))));
  };
  const auto counter = [&](std::string_view name, std::string_view help, Read read) {
    registrations.push_back(registry.collect_counter(name, help, reading(std::move(read))));
  };
  using Statistics = kafka::ProducerStatistics;
  gauge("metricstream_kafka_producer_queue_messages", "Records without a report.",
        [](const Statistics& s) { return static_cast<double>(s.in_flight_messages); });
  gauge("metricstream_kafka_producer_queue_bytes", "Their bytes.",
        [](const Statistics& s) { return static_cast<double>(s.in_flight_bytes); });
  gauge("metricstream_kafka_brokers_up", "Brokers that the producer is connected to.",
        [](const Statistics& s) { return static_cast<double>(s.client.brokers_up); });
  counter("metricstream_kafka_produced_total", "Acknowledged records.",
          [](const Statistics& s) { return static_cast<double>(s.acknowledged); });
  counter("metricstream_kafka_failed_total",
          "Records reported as failed, also those whose requests had been answered before.",
          [](const Statistics& s) { return static_cast<double>(s.failed); });
  counter("metricstream_kafka_producer_recreated_total", "Producers replaced after a fatal error.",
          [](const Statistics& s) { return static_cast<double>(s.recreated); });
  return registrations;
}

}  // namespace metricstream::ingestion
