#include "services/ingestion/accounts.hpp"

namespace metricstream::ingestion {

namespace {

// Other protocols come in by other doors and are counted beside this one.
const metrics::Labels kNative{{"protocol", "native"}};

metrics::Counter& discarded(metrics::Registry& registry, std::string_view outcome, std::string_view reason) {
  return registry.counter("metricstream_ingest_samples_discarded_total",
                          "Samples that were not stored: rejected as invalid, or refused with their whole request.",
                          {{"outcome", std::string(outcome)}, {"reason", std::string(reason)}});
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  constexpr std::array<std::string_view, kRefusalCount> names{
      "malformed",        "too_large",  "bad_identity",      "unauthorized", "strict",       "empty",
      "record_too_large", "queue_full", "kafka_unavailable", "overloaded",   "rate_limited", "over_rate_limit"};
  return names[static_cast<std::size_t>(refusal)];
}

Accounts::Accounts(metrics::Registry& registry)
    : received_(registry.counter("metricstream_ingest_samples_received_total",
                                 "Samples of requests that could be decoded.", kNative)),
      accepted_(
          registry.counter("metricstream_ingest_samples_accepted_total", "Samples stored and answered 202.", kNative)),
      unconfirmed_(registry.counter("metricstream_ingest_samples_unconfirmed_total",
                                    "Samples handed to Kafka without an acknowledgement: stored or not is unknown.")),
      adjusted_(registry.counter("metricstream_ingest_samples_adjusted_total",
                                 "Samples from the future, stored under the acceptance time: clock skew of clients.")),
      batches_(registry.counter("metricstream_ingest_batches_total", "Batches stored and answered 202.")),
      unknown_members_(registry.counter("metricstream_ingest_unknown_members_total",
                                        "Members of bodies that mean nothing here and were skipped.")),
      ignored_fields_(registry.counter("metricstream_ingest_ignored_fields_total",
                                       "Text members of fields{}, which are no samples.")),
      auth_failures_(registry.counter("metricstream_auth_failures_total", "Requests answered 401.")) {
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (reason == Reason::adjusted_future) continue;
    rejected_[i] = &discarded(registry, "rejected", to_string(reason));
  }
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    const std::string_view reason = to_string(static_cast<Refusal>(i));
    refused_samples_[i] = &discarded(registry, "refused", reason);
    refused_requests_[i] =
        &registry.counter("metricstream_ingest_requests_refused_total",
                          "Requests to store samples that were refused as a whole.", {{"reason", std::string(reason)}});
  }
  for (std::size_t i = 0; i < limits::kPolicyCount; ++i) {
    over_policy_[i] = &registry.counter("metricstream_rate_limit_refusals_total",
                                        "Requests above a rate limit; above two of them they count for both.",
                                        {{"policy", std::string(to_string(static_cast<limits::Policy>(i)))}});
  }
  for (std::size_t i = 0; i < limits::kBoundCount; ++i) {
    over_bound_[i] =
        &registry.counter("metricstream_admission_refusals_total", "Requests that this replica had no room for.",
                          {{"bound", std::string(to_string(static_cast<limits::Bound>(i)))}});
  }
}

void Accounts::count_rejected(const DecodeSummary& summary) {
  if (summary.rejected == 0) return;
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    if (rejected_[i] && summary.by_reason[i] > 0) rejected_[i]->add(summary.by_reason[i]);
  }
}

void Accounts::count_members(const DecodeSummary& summary) {
  received_.add(summary.received);
  if (summary.unknown_members > 0) unknown_members_.add(summary.unknown_members);
  if (summary.ignored_fields > 0) ignored_fields_.add(summary.ignored_fields);
}

void Accounts::accepted(const DecodeSummary& summary) {
  count_members(summary);
  accepted_.add(summary.accepted);
  batches_.add();
  if (summary.adjusted > 0) adjusted_.add(summary.adjusted);
  count_rejected(summary);
}

void Accounts::all_rejected(const DecodeSummary& summary) {
  count_members(summary);
  count_rejected(summary);
  if (summary.received == 0) refused_requests_[static_cast<std::size_t>(Refusal::empty)]->add();
}

void Accounts::refused_whole(const DecodeSummary& summary, Refusal why) {
  count_members(summary);
  refused_samples_[static_cast<std::size_t>(why)]->add(summary.received);
  refused_requests_[static_cast<std::size_t>(why)]->add();
}

void Accounts::refused(const DecodeSummary& summary, Refusal why) {
  count_members(summary);
  refused_samples_[static_cast<std::size_t>(why)]->add(summary.accepted);
  refused_requests_[static_cast<std::size_t>(why)]->add();
  count_rejected(summary);
}

void Accounts::unconfirmed(const DecodeSummary& summary) {
  count_members(summary);
  unconfirmed_.add(summary.accepted);
  count_rejected(summary);
}

void Accounts::refused_unread(Refusal why) {
  refused_requests_[static_cast<std::size_t>(why)]->add();
  if (why == Refusal::unauthorized) auth_failures_.add();
}

void Accounts::over_rate_limit(const limits::Decision& decision) {
  for (const limits::Standing& at : decision.standings()) {
    if (at.is_violated) over_policy_[static_cast<std::size_t>(at.policy)]->add();
  }
}

void Accounts::overloaded(limits::Bound bound) { over_bound_[static_cast<std::size_t>(bound)]->add(); }

Accounts::Totals Accounts::totals() const {
  Totals totals;
  totals.received = received_.value();
  totals.accepted = accepted_.value();
  totals.unconfirmed = unconfirmed_.value();
  totals.adjusted = adjusted_.value();
  totals.batches = batches_.value();
  for (const metrics::Counter* counter : rejected_) totals.rejected += counter ? counter->value() : 0;
  for (const metrics::Counter* counter : refused_samples_) totals.refused += counter->value();
  for (const metrics::Counter* counter : refused_requests_) totals.requests_refused += counter->value();
  totals.rate_limited = refused_requests_[static_cast<std::size_t>(Refusal::rate_limited)]->value();
  return totals;
}

std::string metrics_document(const Accounts::Totals& totals) {
  std::string out = "{";
  const auto add = [&out](std::string_view name, std::uint64_t value) {
    out += '"';
    out += name;
    out += "\":" + std::to_string(value) + ",";
  };
  add("metrics_received", totals.received);
  add("batches_processed", totals.batches);
  add("validation_errors", totals.rejected);
  add("rate_limited_requests", totals.rate_limited);
  add("samples_accepted", totals.accepted);
  add("samples_rejected", totals.rejected);
  add("samples_refused", totals.refused);
  add("samples_unconfirmed", totals.unconfirmed);
  add("samples_adjusted", totals.adjusted);
  add("requests_refused", totals.requests_refused);
  return out + R"("scope":"this replica since its start"})" + "\n";
}

}  // namespace metricstream::ingestion
