#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "common/codec/json_batch.hpp"
#include "common/http/response.hpp"
#include "services/ingestion/batch_key.hpp"
#include "services/ingestion/limits/rate_headers.hpp"

// The bodies of POST /metrics' answers; docs/http-api.md shows each. Pure.
namespace metricstream::ingestion {

// 202: what became of the samples; the first 100 refused or adjusted ones are listed.
[[nodiscard]] http::Response accepted_answer(const DecodeSummary& summary, const BatchIdentity& identity);

// 422: every sample is bad, or one is and the client asked for all or nothing.
[[nodiscard]] http::Response no_valid_sample_answer(const DecodeSummary& summary);
[[nodiscard]] http::Response strict_answer(const DecodeSummary& summary);

// 429 for a limit that passes again, 413 for a batch that is larger than a whole limit.
[[nodiscard]] http::Response rate_limited_answer(const limits::Decision& decision, limits::Jitter jitter);

// 503 for what may pass when it comes again: `wait` or up to 2 s more later, as the jitter says, so that all who were
// refused in an outage do not come back in the same second.
[[nodiscard]] http::Response retry_answer(const http::ProblemType& type, std::string_view detail,
                                          std::chrono::seconds wait, limits::Jitter jitter);

// The same where the replica has no room for the request; between 1 and 3 seconds later there may be.
[[nodiscard]] http::Response overloaded_answer(limits::Jitter jitter);

// 413 for a record that Kafka's client does not take.
[[nodiscard]] http::Response record_too_large_answer(std::size_t size, std::size_t limit);

// 400 with the byte position, or 413.
[[nodiscard]] http::Response undecodable_answer(const DecodeError& error);

}  // namespace metricstream::ingestion
