#pragma once

#include <string>

#include "common/model/record.hpp"

namespace metricstream {

// Appends a decoded record as JSON lines, one object a sample, for `metricstream-admin tail`: client_id, name, type,
// unit, tags, value (the shortest decimal that reads back bit-equal), timestamp_ns, index, placement (own, adjusted
// with original_timestamp_ns, arrival), and what all samples of a record share: batch_key {client_key, body_hash} or
// null, accepted_at_ns, max_age_ns, partitions, schema_version, attributes.
// A tick gives one object with "kind":"tick", a batch without samples one with "kind":"batch".
void append_json_lines(const Record& record, std::string& out);

}  // namespace metricstream
