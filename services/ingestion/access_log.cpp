#include "services/ingestion/access_log.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "common/base/random_seed.hpp"
#include "common/base/splitmix64.hpp"
#include "common/base/text.hpp"

namespace metricstream::ingestion {
namespace {

constexpr std::size_t kTextLimit = 128;  // of what a client chose: method and path

std::string cut(std::string_view text) {
  const std::string_view front = cut_text(text, kTextLimit);
  return front.size() == text.size() ? std::string(text) : std::string(front) + "...";
}

// In whole microseconds.
double seconds(std::chrono::nanoseconds duration) {
  return std::round(std::chrono::duration<double, std::micro>(duration).count()) / 1e6;
}

}  // namespace

AccessSampler::AccessSampler(double ratio, std::uint32_t lines_per_second, std::uint64_t seed)
    : step_(std::llround(std::ldexp(ratio, kBits))), lines_(lines_per_second), random_(seed) {
  target_ = random_place();
}

std::optional<std::uint64_t> AccessSampler::admit(TimeNs now) {
  if (!is_chosen()) return std::nullopt;
  if (!lines_.has_room(now)) {
    ++left_out_;
    return std::nullopt;
  }
  lines_.use_one();
  return std::exchange(left_out_, 0);
}

bool AccessSampler::is_chosen() {
  place_ += step_;
  while (place_ > target_) {
    ++due_;
    place_ -= std::int64_t{1} << kBits;
    target_ = random_place();
  }
  if (due_ == 0) return false;
  --due_;
  return true;
}

std::int64_t AccessSampler::random_place() { return static_cast<std::int64_t>(splitmix64(random_) >> (64 - kBits)); }

AccessLog::AccessLog(const AccessLogSettings& settings, Logger log, const Clock& clock)
    : log_(std::move(log)),
      clock_(clock),
      is_sampling_(settings.sample_ratio > 0),
      sampler_(settings.sample_ratio, settings.max_lines_per_second, random_seed()) {}

void AccessLog::on_request(const http::RequestHead& head, const http::Response& response, std::size_t body_bytes,
                           std::chrono::nanoseconds duration) {
  const bool has_all = log_.enabled(LogLevel::debug);
  if (!has_all && !(is_sampling_ && log_.enabled(LogLevel::info))) return;
  std::optional<std::uint64_t> left_out;
  if (is_sampling_) {
    const TimeNs now = clock_.now();
    const std::scoped_lock lock(mutex_);
    left_out = sampler_.admit(now);
  }
  if (!left_out && !has_all) return;
  // The query is not logged: some clients put secrets there.
  log_.log(left_out ? LogLevel::info : LogLevel::debug, "request",
           {{"method", cut(head.method)},
            {"path", cut(head.path)},
            {"status", response.status},
            {"bytes", body_bytes},
            {"duration_seconds", seconds(duration)},
            {"remote", head.remote_address},
            {"client", response.client},
            {"key", response.key},
            {"request_id", head.request_id},
            {"error_id", response.type ? "err-ms-" + std::string(response.type->id) : std::string()},
            {"suppressed", left_out.value_or(0)}});
}

}  // namespace metricstream::ingestion
