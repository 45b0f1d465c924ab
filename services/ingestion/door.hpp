#pragma once

#include <memory>
#include <vector>

#include "common/auth/key_store.hpp"
#include "services/ingestion/authentication.hpp"
#include "services/ingestion/limits/admission.hpp"
#include "services/ingestion/limits/rate_limiter.hpp"
#include "services/ingestion/refusal_log.hpp"
#include "services/ingestion/reloaded_files.hpp"
#include "services/ingestion/settings.hpp"

namespace metricstream::ingestion {

// Who may come in and with how much, and the files that say so. All calls but those of its parts on the main thread.
class Door {
 public:
  // All references must outlive the door.
  Door(const IngestSettings& settings, const Clock& clock, const Logger& log, metrics::Registry& registry,
       boost::asio::any_io_executor executor, boost::asio::thread_pool& pool);

  // Reads the files for the first time; any that is bad keeps the service from starting.
  [[nodiscard]] Result<void> open();

  [[nodiscard]] const Authentication& authentication() const { return *authentication_; }
  [[nodiscard]] limits::RateLimiter& rate_limiter() { return rate_limiter_; }
  [[nodiscard]] limits::Admission& admission() { return admission_; }
  [[nodiscard]] RefusalLog& refusal_log() { return refusal_log_; }
  [[nodiscard]] ReloadedFiles& files() { return files_; }

 private:
  [[nodiscard]] Reading read_keys();
  [[nodiscard]] Reading read_limits();

  const IngestSettings& settings_;
  std::unique_ptr<auth::KeyStore> keys_;  // auth.mode api_key
  std::unique_ptr<const Authentication> authentication_;
  limits::RateLimiter rate_limiter_;
  limits::Admission admission_;
  RefusalLog refusal_log_;
  ReloadedFiles files_;
  std::vector<metrics::Registration> registrations_;
};

}  // namespace metricstream::ingestion
