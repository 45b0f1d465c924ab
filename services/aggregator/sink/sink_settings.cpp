#include "services/aggregator/sink/sink_settings.hpp"

namespace metricstream::sink {

void describe(config::Schema& schema, BatchSettings& batch) {
  schema.field("lines", batch.lines, "Points in one request at most.", config::between(1, 100'000));
  schema.field("bytes", batch.bytes, "Line protocol in one request at most, before gzip.",
               config::between(ByteSize{1024}, ByteSize{20U << 20}));
  schema.field("age", batch.age, "A point waits for others no longer than this.",
               config::between(std::chrono::milliseconds{1}, std::chrono::minutes{1}));
}

void describe(config::Schema& schema, SinkSettings& sink) {
  schema.field("type", sink.type, "The kind of store.");
  influx::describe(schema, sink.endpoint);
  schema.field("schema", sink.schema,
               "How points are named: a measurement for each metric, or the measurement server_metrics with a tag "
               "metric_name.");
  schema.section("batch", sink.batch, "A request is sent when the first of these is reached.");
  schema.field("timeout", sink.timeout, "Of one write request; afterwards it is repeated.",
               config::between(std::chrono::milliseconds{100}, std::chrono::minutes{5}));
  schema.field("gzip_level", sink.gzip_level, "1 (fast) to 12 (small); 0 sends uncompressed.", config::between(0, 12));
}

}  // namespace metricstream::sink
