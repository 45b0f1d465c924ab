#include "services/ingestion/limits/rate_headers.hpp"

#include <algorithm>
#include <string_view>

#include "common/base/decimal.hpp"

namespace metricstream::limits {
namespace {

constexpr std::uint64_t kLongestRetry = 600;

std::uint64_t whole_seconds(TimeNs wait) {
  const TimeNs seconds = wait / kSecond + (wait % kSecond > 0 ? 1 : 0);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max<TimeNs>(seconds, 1)), 1, kLongestRetry);
}

// One list of Structured Fields as one header line; without items there is no line.
class ListLine {
 public:
  ListLine(std::string& out, std::string_view name) : out_(out), name_(name) {}
  void item(std::string_view policy) {
    out_ += is_empty_ ? name_ : std::string_view(", ");
    is_empty_ = false;
    out_ += '"';
    out_ += policy;
    out_ += '"';
  }
  void parameter(std::string_view key, std::uint64_t value) {
    out_ += ';';
    out_ += key;
    out_ += '=';
    append_decimal(out_, value);
  }
  void end() {
    if (!is_empty_) out_ += "\r\n";
  }

 private:
  std::string& out_;
  std::string_view name_;
  bool is_empty_ = true;
};

void append_policies(std::string& out, std::span<const Decision> decisions) {
  ListLine line(out, "RateLimit-Policy: ");
  for (const Decision& decision : decisions) {
    for (const Standing& at : decision.standings()) {
      line.item(to_string(at.policy));
      line.parameter("q", at.limit);
      line.parameter("w", static_cast<std::uint64_t>(at.window / kSecond));
    }
  }
  line.end();
}

// A client that divides r by t must not find a rate above the policy's (the draft's 8.5).
std::uint64_t lasting_seconds(const Standing& at) {
  const auto window = static_cast<std::uint64_t>(at.window / kSecond);
  return std::max<std::uint64_t>(1, (at.remaining() * window + at.limit - 1) / at.limit);
}

}  // namespace

std::chrono::seconds retry_after(const Decision& decision, Jitter jitter) {
  const std::uint64_t wait = whole_seconds(decision.violated().wait);
  const std::uint64_t spread = jitter.percent == 0 ? 0 : std::max<std::uint64_t>(1, wait * jitter.percent / 100);
  const std::uint64_t retry = std::min(wait + jitter.hash % (spread + 1), kLongestRetry);
  return std::chrono::seconds{static_cast<std::int64_t>(retry)};
}

void append_standing_headers(std::string& out, std::span<const Decision> decisions) {
  append_policies(out, decisions);
  ListLine line(out, "RateLimit: ");
  for (const Decision& decision : decisions) {
    for (const Standing& at : decision.standings()) {
      line.item(to_string(at.policy));
      line.parameter("r", at.remaining());
      line.parameter("t", lasting_seconds(at));
    }
  }
  line.end();
}

void append_refusal_headers(std::string& out, const Decision& decision, Jitter jitter) {
  append_policies(out, {&decision, 1});
  if (decision.verdict() != Verdict::refused) return;
  ListLine line(out, "RateLimit: ");
  for (const Standing& at : decision.standings()) {
    if (!at.is_violated) continue;
    line.item(to_string(at.policy));
    line.parameter("r", at.remaining());
    line.parameter("t", whole_seconds(at.wait));
  }
  line.end();
  out += "Retry-After: ";
  append_decimal(out, static_cast<std::uint64_t>(retry_after(decision, jitter).count()));
  out += "\r\n";
}

std::string problem_members(const Decision& decision) {
  std::string out = R"(,"violated-policies":[)";
  bool is_first = true;
  for (const Standing& at : decision.standings()) {
    if (!at.is_violated) continue;
    out += is_first ? "\"" : ",\"";
    out += to_string(at.policy);
    out += '"';
    is_first = false;
  }
  const Standing& at = decision.violated();
  const auto member = [&out](std::string_view name, std::uint64_t value) {
    out += name;
    append_decimal(out, value);
  };
  member(R"(],"limit":)", at.limit);
  member(R"(,"window_seconds":)", static_cast<std::uint64_t>(at.window / kSecond));
  if (decision.verdict() == Verdict::refused) member(R"(,"remaining":)", at.remaining());
  member(R"(,"requested":)", decision.asked());
  return out;
}

}  // namespace metricstream::limits
