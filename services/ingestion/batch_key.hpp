#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/model/record.hpp"

namespace metricstream::ingestion {

// What names a batch, so that sending it again changes nothing.
struct BatchIdentity {
  std::optional<BatchKey> key;  // nothing: a retry counts again, and the answer says "idempotent": false
  std::string batch_id;         // for the answer and the record's header: the client's key, else the body's hash in hex
};

// `header` is the Idempotency-Key field, `member` the body's batch_id, both checked before; the field wins. Without
// either, the hash of the body alone is the key where the body holds only readings with timestamps of their own: two
// equal bodies are then the same readings, while two genuine observations may well be byte-equal.
// Pure. Views in the result point into `header` or `member`.
[[nodiscard]] BatchIdentity identify_batch(std::optional<std::string_view> header, std::string_view member,
                                           std::string_view body, bool only_timed_readings);

}  // namespace metricstream::ingestion
