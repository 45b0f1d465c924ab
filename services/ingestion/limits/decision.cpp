#include "services/ingestion/limits/decision.hpp"

#include <algorithm>
#include <chrono>

#include "common/base/duration.hpp"

namespace metricstream::limits {
namespace {

std::string text_of(TimeNs duration) { return format_duration(std::chrono::nanoseconds{duration}); }

std::string rounded_up(TimeNs wait) { return text_of((wait / kSecond + (wait % kSecond > 0 ? 1 : 0)) * kSecond); }

std::string_view subject_of(Policy policy) { return policy == Policy::host_samples ? "one host" : "one client"; }
std::string_view unit_of(Policy policy) { return policy == Policy::requests ? " requests" : " samples"; }

}  // namespace

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::requests:
      return "requests";
    case Policy::samples:
      return "samples";
    case Policy::host_samples:
      break;
  }
  return "host_samples";
}

const Standing& Decision::violated() const {
  const auto last = standings_.begin() + count_;
  const auto worse = [](const Standing& a, const Standing& b) {
    return a.is_violated != b.is_violated ? b.is_violated : a.wait < b.wait;
  };
  return *std::max_element(standings_.begin(), last, worse);
}

std::uint64_t Decision::over() const {
  const Standing& limit = violated();
  const std::uint64_t would_be = limit.used + asked_;
  return would_be > limit.limit ? would_be - limit.limit : 0;
}

std::string log_text(const Decision& decision) {
  const Standing& at = decision.violated();
  std::string out(to_string(at.policy));
  out += ": " + std::to_string(decision.asked()) + " asked, ";
  if (decision.verdict() == Verdict::too_large) {
    out += std::to_string(at.limit) + " in " + text_of(at.window) + " allowed, ";
  } else {
    out += std::to_string(at.used) + " of " + std::to_string(at.limit) + " in " + text_of(at.window) + " used, ";
  }
  out += std::to_string(decision.over()) + " over, ";
  out += decision.verdict() == Verdict::too_large ? "never passes" : "passes in " + rounded_up(at.wait);
  if (at.is_shared) out += ", counted with others because the table is full";
  return out;
}

std::string detail_text(const Decision& decision) {
  const Standing& at = decision.violated();
  const std::string asked = std::to_string(decision.asked());
  std::string out(subject_of(at.policy));
  out += " may send " + std::to_string(at.limit);
  out += unit_of(at.policy);
  out += " in " + text_of(at.window);
  if (decision.verdict() == Verdict::too_large) {
    return out + "; this batch has " + asked + " and can never pass: send smaller batches";
  }
  out += "; " + std::to_string(at.remaining()) + " are left and " + asked;
  return out + (decision.asked() == 1 ? " was" : " were") + " sent; send it again unchanged after Retry-After";
}

}  // namespace metricstream::limits
