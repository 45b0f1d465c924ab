#pragma once

#include <optional>
#include <string>

#include "common/kafka/consumed_message.hpp"
#include "common/model/record.hpp"
#include "services/aggregator/fold/fold_settings.hpp"

namespace metricstream::aggregator {

// Why this record must stop its partition: folding it, or skipping it, would make results wrong. Nothing is lost by
// stopping; the text says what an operator has to do. Pure.
[[nodiscard]] std::optional<std::string> reason_to_stop(const Record& record, const fold::FoldSettings& settings);

// LogAppendTime is checked on every message: with CreateTime a producer's clock would decide when windows close.
[[nodiscard]] std::optional<std::string> reason_to_stop(kafka::TimestampType type);

}  // namespace metricstream::aggregator
