#pragma once

#include <optional>
#include <string_view>

#include "common/codec/body_collector.hpp"
#include "common/codec/json_batch.hpp"
#include "common/model/batch.hpp"

// Private to the codec: the parser behind BodyCollector.
namespace metricstream {

// Parses `body` into the collector; strings with escapes are kept in `arena`.
[[nodiscard]] std::optional<DecodeError> parse_json(std::string_view body, std::size_t max_depth, BodyFormat format,
                                                    StringArena& arena, BodyCollector& collector);

}  // namespace metricstream
