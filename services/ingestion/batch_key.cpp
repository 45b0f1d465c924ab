#include "services/ingestion/batch_key.hpp"

#include "common/base/hash.hpp"

namespace metricstream::ingestion {

BatchIdentity identify_batch(std::optional<std::string_view> header, std::string_view member, std::string_view body,
                             bool only_timed_readings) {
  const std::string_view client_key = header.value_or(member);
  const Hash128 hash = hash128(body);
  BatchIdentity identity;
  identity.batch_id = client_key.empty() ? to_hex(hash.view()) : std::string(client_key);
  if (!client_key.empty() || only_timed_readings) identity.key = BatchKey{client_key, hash};
  return identity;
}

}  // namespace metricstream::ingestion
