#pragma once

#include <vector>

#include "common/http/problem_type.hpp"

// What ingest refuses, beyond the HTTP layer's own: its part of the error catalogue.
namespace metricstream::ingestion {

extern const http::ProblemType kUnauthorized;
extern const http::ProblemType kBadClientId;
extern const http::ProblemType kBadIdempotencyKey;
extern const http::ProblemType kBadParameter;
extern const http::ProblemType kUnsupportedMediaType;
extern const http::ProblemType kUnsupportedEncoding;
extern const http::ProblemType kBadGzip;
extern const http::ProblemType kInflatedTooLarge;
extern const http::ProblemType kEmptyBody;
extern const http::ProblemType kMalformedBody;
extern const http::ProblemType kTooDeep;
extern const http::ProblemType kTooManyMembers;
extern const http::ProblemType kTooManySamples;
extern const http::ProblemType kEmptyBatch;
extern const http::ProblemType kNoValidSample;
extern const http::ProblemType kInvalidSample;
extern const http::ProblemType kRecordTooLarge;
extern const http::ProblemType kBatchOverRateLimit;
extern const http::ProblemType kRateLimited;
extern const http::ProblemType kOverloaded;
extern const http::ProblemType kKafkaUnavailable;
extern const http::ProblemType kNotAcknowledged;

// All that a client of ingest can be answered: the above and the HTTP layer's.
[[nodiscard]] std::vector<const http::ProblemType*> error_catalogue();

}  // namespace metricstream::ingestion
