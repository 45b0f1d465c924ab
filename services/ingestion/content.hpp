#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "common/codec/json_batch.hpp"
#include "common/http/response.hpp"

namespace metricstream::ingestion {

// How a body is to be read.
struct Content {
  BodyFormat format = BodyFormat::json;
  bool is_gzip = false;
};

// By the Content-Type and Content-Encoding fields: JSON (also where there is no field) or NDJSON, plain or gzip; or the
// 415 that says which field would be right. Pure.
[[nodiscard]] std::expected<Content, http::Response> decide_content(std::optional<std::string_view> content_type,
                                                                    std::optional<std::string_view> encoding);

}  // namespace metricstream::ingestion
