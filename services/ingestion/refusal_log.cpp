#include "services/ingestion/refusal_log.hpp"

#include <utility>

namespace metricstream::ingestion {

void RefusalLog::write(std::string_view reason, std::string_view client, std::string_view detail,
                       std::string_view request_id, const LeftOut& left_out) const {
  log_.warn("refused", {{"reason", reason},
                        {"client", client},
                        {"detail", detail},
                        {"request_id", request_id},
                        {"suppressed", left_out.same},
                        {"suppressed_others", left_out.others}});
}

std::optional<RefusalLog::LeftOut> RefusalLog::admit(std::string_view reason, std::string_view client) {
  const std::scoped_lock lock(mutex_);
  const TimeNs now = clock_.now();
  // Before the throttle is asked: it would take this refusal for one that was told.
  if (!lines_.has_room(now)) {
    ++left_out_;
    return std::nullopt;
  }
  key_ = reason;
  key_ += '\n';
  key_ += client;
  const auto suppressed = throttle_.admit(key_, now);
  if (!suppressed) return std::nullopt;
  lines_.use_one();
  return LeftOut{.same = *suppressed, .others = std::exchange(left_out_, 0)};
}

}  // namespace metricstream::ingestion
