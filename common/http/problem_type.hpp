#pragma once

#include <span>
#include <string_view>

namespace metricstream::http {

// One kind of error answer (RFC 9457). The instances are the error catalogue: docs/errors.md and GET /problems/{id},
// which `type` of an answer points to, are written from them. All text has static storage and needs no escaping in
// JSON.
struct ProblemType {
  unsigned status;
  std::string_view id;        // stable, short, kebab-case: "body-too-large"; error_id is "err-ms-" + id
  std::string_view title;     // the same for every occurrence
  std::string_view meaning;   // for the catalogue: when it is answered
  std::string_view remedy;    // for the catalogue: what a client or an operator does about it
  std::string_view uri = {};  // a registered type; empty: "/problems/" + id
  // A limit of a single request was exceeded: whoever observes the server may tell its operator.
  bool is_limit = false;
};

// Where the catalogue is served: the path that relative types begin with.
inline constexpr std::string_view kProblemPath = "/problems/";

// What the HTTP layer itself refuses. Every one of 4xx that is about framing closes the connection.
extern const ProblemType kInternal;
extern const ProblemType kMalformedHeader;
extern const ProblemType kHeaderTooLarge;
extern const ProblemType kTargetTooLong;
extern const ProblemType kBadTarget;
extern const ProblemType kBadHost;
extern const ProblemType kBadContentLength;
extern const ProblemType kAmbiguousLength;
extern const ProblemType kUnknownTransferEncoding;
extern const ProblemType kMalformedChunk;
extern const ProblemType kUnknownExpectation;
extern const ProblemType kHttpVersion;
extern const ProblemType kHttp11Required;
extern const ProblemType kLengthRequired;
extern const ProblemType kUnknownPath;
extern const ProblemType kMethodNotAllowed;
extern const ProblemType kBodyTooLarge;
extern const ProblemType kBodyTimeout;
extern const ProblemType kTlsRequired;
extern const ProblemType kTooManyConnections;
extern const ProblemType kTooManyOfAddress;

// All of the above.
[[nodiscard]] std::span<const ProblemType* const> http_problem_types();

}  // namespace metricstream::http
