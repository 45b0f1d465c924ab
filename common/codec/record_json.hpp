#pragma once

#include <string>

#include "common/model/record.hpp"

namespace metricstream {

// Appends a decoded record as JSON lines, one object a sample, for `metricstream-admin tail`: client_id, name, type,
// unit, tags, value (shortest exact decimal), timestamp_ns, index, placement (own, adjusted with
// original_timestamp_ns, arrival), batch_key {client_key, body_hash} or null, accepted_at_ns, attributes.
// A tick gives one object with "kind":"tick".
void append_json_lines(const Record& record, std::string& out);

}  // namespace metricstream
