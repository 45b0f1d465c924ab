#pragma once

#include <string_view>

namespace metricstream::metrics {

// What GET /metrics can answer. `text` is Prometheus' format 0.0.4, the fallback every scraper reads.
enum class Format { json, text, openmetrics };

[[nodiscard]] std::string_view content_type(Format format);

// The format for an Accept header (RFC 9110 quality values; ties go to the more detailed format: OpenMetrics, text,
// JSON). `fallback` where the header is empty, allows anything, or names nothing that we have.
[[nodiscard]] Format negotiate(std::string_view accept, Format fallback);

// Whether an Accept-Encoding header (RFC 9110, 12.5.3) allows gzip: by its name, or by * where it is not named.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace metricstream::metrics
