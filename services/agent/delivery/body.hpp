#pragma once

#include <span>
#include <string>

#include "services/agent/sample.hpp"

namespace metricstream::agent {

// What every sample of this machine has in common; written once a batch.
struct BodyHead {
  std::string host;  // becomes tag `host` of samples without one
  Tags tags;
};

// One sample as an element of the batch's `metrics`: {"name":...,"value":...,"timestamp":...,...}. Values are written
// with the shortest digits that read back as the same double, timestamps in ms where that is exact, else in ns. The
// value must be finite.
void append_sample_json(std::string& out, const Sample& sample);

// The body of POST /api/v1/metrics (docs/http-api.md) around samples that append_sample_json wrote.
[[nodiscard]] std::string batch_body(const BodyHead& head, std::span<const std::string> samples);

}  // namespace metricstream::agent
