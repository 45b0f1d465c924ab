#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/codec/json_batch.hpp"
#include "common/metrics/registry.hpp"
#include "services/ingestion/limits/admission.hpp"
#include "services/ingestion/limits/decision.hpp"

namespace metricstream::ingestion {

// Why a request was not answered 202. A fixed set: it is a label of our own metrics.
enum class Refusal : std::uint8_t {
  malformed,          // 400, 411, 415 and the like: samples not known
  too_large,          // 413 of the body or the number of samples: samples not known
  bad_identity,       // client id or batch key
  unauthorized,       // 401
  strict,             // 422 by strict=true
  empty,              // 422, no sample at all
  record_too_large,   // 413 after encoding
  queue_full,         // 503
  kafka_unavailable,  // 503: not verified yet, or the producer is being re-created
  overloaded,         // 503: no more room in memory or in the queue to Kafka, or the thread is too far behind
  rate_limited,       // 429
  over_rate_limit,    // 413: more samples than a whole rate limit
};
constexpr std::size_t kRefusalCount = 12;
[[nodiscard]] std::string_view to_string(Refusal refusal);

// Where every sample of a decoded request went: received = accepted + rejected + refused + unconfirmed, each sample
// counted once, as soon as its fate is known. Thread-safe.
class Accounts {
 public:
  explicit Accounts(metrics::Registry& registry);

  // The valid samples are stored and answered 202, the others rejected with their reasons.
  void accepted(const DecodeSummary& summary);
  // Nothing valid: no 202.
  void all_rejected(const DecodeSummary& summary);
  // The request as a whole: all its samples are refused, also the invalid ones.
  void refused_whole(const DecodeSummary& summary, Refusal why);
  // Valid samples certainly not stored; the invalid ones are rejected.
  void refused(const DecodeSummary& summary, Refusal why);
  // Valid samples handed to Kafka without an acknowledgement; the invalid ones are rejected.
  void unconfirmed(const DecodeSummary& summary);
  // Refused before its samples were known.
  void refused_unread(Refusal why);

  // Besides one of the above: which limits a refused request was above, and which bound of the replica.
  void over_rate_limit(const limits::Decision& decision);
  void overloaded(limits::Bound bound);

  struct Totals {
    std::uint64_t received = 0;
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t refused = 0;
    std::uint64_t unconfirmed = 0;
    std::uint64_t adjusted = 0;
    std::uint64_t batches = 0;  // answered 202
    std::uint64_t requests_refused = 0;
    std::uint64_t rate_limited = 0;  // requests
  };
  // Read counter by counter: exact when nothing is in flight.
  [[nodiscard]] Totals totals() const;

 private:
  void count_rejected(const DecodeSummary& summary);
  void count_members(const DecodeSummary& summary);

  metrics::Counter& received_;
  metrics::Counter& accepted_;
  metrics::Counter& unconfirmed_;
  metrics::Counter& adjusted_;
  metrics::Counter& batches_;
  metrics::Counter& unknown_members_;
  metrics::Counter& ignored_fields_;
  metrics::Counter& auth_failures_;
  std::array<metrics::Counter*, kReasonCount> rejected_{};
  std::array<metrics::Counter*, kRefusalCount> refused_samples_{};
  std::array<metrics::Counter*, kRefusalCount> refused_requests_{};
  std::array<metrics::Counter*, limits::kPolicyCount> over_policy_{};
  std::array<metrics::Counter*, limits::kBoundCount> over_bound_{};
};

// GET /metrics as JSON: the documents' names and the account, of this replica alone.
[[nodiscard]] std::string metrics_document(const Accounts::Totals& totals);

}  // namespace metricstream::ingestion
