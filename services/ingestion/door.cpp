#include "services/ingestion/door.hpp"

#include <string>
#include <utility>

#include "common/base/random_seed.hpp"
#include "common/base/whole_file.hpp"
#include "services/ingestion/door_metrics.hpp"
#include "services/ingestion/key_authentication.hpp"
#include "services/ingestion/limits/limit_file.hpp"

namespace metricstream::ingestion {
namespace {

constexpr std::size_t kMaxLimitFileSize = std::size_t{16} * 1024 * 1024;

void append_texts(const std::vector<config::Problem>& problems, std::vector<std::string>& out) {
  for (const auto& problem : problems) out.push_back(problem.text());
}

}  // namespace

Door::Door(const IngestSettings& settings, const Clock& clock, const Logger& log, metrics::Registry& registry,
           boost::asio::any_io_executor executor, boost::asio::thread_pool& pool)
    : settings_(settings),
      rate_limiter_(settings.rate_limits.table_sizes(settings.auth.mode == AuthMode::api_key),
                    std::make_shared<const limits::LimitSet>(settings.rate_limits.client), random_seed()),
      admission_(settings.admission.limits()),
      refusal_log_(log.with("door"), clock),
      files_(std::move(executor), pool, log.with("reload"), registry) {
  if (settings.auth.mode == AuthMode::api_key) {
    keys_ = std::make_unique<auth::KeyStore>(
        auth::KeyPaths{.keys = settings.auth.keys_file, .pepper = settings.auth.pepper_file}, clock);
    authentication_ = std::make_unique<KeyAuthentication>(*keys_, clock);
  } else {
    authentication_ = std::make_unique<Unauthenticated>();
  }
  registrations_ = watch_door(registry, admission_, rate_limiter_);
}

Result<void> Door::open() {
  if (keys_) {
    auto read =
        files_.add("keys", {settings_.auth.keys_file, settings_.auth.pepper_file}, [this] { return read_keys(); });
    if (!read) return read;
  }
  const std::string& overrides = settings_.rate_limits.overrides_file;
  if (overrides.empty()) return {};
  return files_.add("limits", {overrides}, [this] { return read_limits(); });
}

Reading Door::read_keys() {
  Reading out;
  const auth::KeyReload reload = keys_->reload();
  append_texts(reload.problems, out.errors);
  append_texts(reload.warnings, out.warnings);
  out.summary = std::to_string(reload.active_keys) + " active keys of " + std::to_string(reload.keys) + ", " +
                std::to_string(reload.certificates) + " certificates";
  return out;
}

Reading Door::read_limits() {
  Reading out;
  const std::string& path = settings_.rate_limits.overrides_file;
  const auto file = read_whole_file(path, kMaxLimitFileSize);
  if (!file) {
    out.errors.push_back(path + ": " + file.error().message);
    return out;
  }
  auto loaded = limits::load_limit_file(file->text, path);
  append_texts(loaded.problems, out.errors);
  append_texts(loaded.warnings, out.warnings);
  if (!out.errors.empty()) return out;
  out.summary = "limits of " + std::to_string(loaded.settings.clients.size()) + " clients";
  rate_limiter_.use(std::make_shared<const limits::LimitSet>(settings_.rate_limits.client, loaded.settings));
  return out;
}

}  // namespace metricstream::ingestion
