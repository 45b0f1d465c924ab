#pragma once

#include <vector>

#include "common/kafka/producer.hpp"
#include "common/metrics/registry.hpp"

namespace metricstream::ingestion {

// metricstream_kafka_* of the producer, read when asked for. `producer` must outlive the result.
[[nodiscard]] std::vector<metrics::Registration> watch_producer(metrics::Registry& registry,
                                                                const kafka::Producer& producer);

}  // namespace metricstream::ingestion
