#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "common/codec/json_batch.hpp"
#include "common/http/response.hpp"

namespace metricstream::ingestion {

// The form of a body by its Content-Type and Content-Encoding fields: JSON (also where there is no field), NDJSON, or
// the 415 that says which field would be right. Pure.
[[nodiscard]] std::expected<BodyFormat, http::Response> decide_format(std::optional<std::string_view> content_type,
                                                                      std::optional<std::string_view> encoding);

}  // namespace metricstream::ingestion
