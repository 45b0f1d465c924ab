#include "services/ingestion/refusal_log.hpp"

#include <string>

namespace metricstream::ingestion {

void RefusalLog::refused(std::string_view reason, std::string_view client, std::string_view detail,
                         std::string_view request_id) {
  std::string key(reason);
  key += '\n';
  key += client;
  std::optional<std::uint64_t> suppressed;
  {
    const std::scoped_lock lock(mutex_);
    suppressed = throttle_.admit(key, clock_.now());
  }
  if (!suppressed) return;
  log_.warn("refused", {{"reason", reason},
                        {"client", client},
                        {"detail", detail},
                        {"request_id", request_id},
                        {"suppressed", *suppressed}});
}

}  // namespace metricstream::ingestion
