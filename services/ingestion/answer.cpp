#include "services/ingestion/answer.hpp"

#include <chrono>
#include <string>

#include "common/base/decimal.hpp"
#include "common/base/text.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {

using namespace std::chrono_literals;

namespace {

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":\"";
  append_json_escaped(out, text);
  out += '"';
}

void append_errors(std::string& out, const DecodeSummary& summary) {
  out += R"("errors":[)";
  bool is_first = true;
  for (const Rejection& rejection : summary.rejections) {
    if (!is_first) out += ',';
    is_first = false;
    out += R"({"index":)";
    append_decimal(out, rejection.index);
    out += ',';
    append_text_member(out, "field", rejection.field);
    out += ',';
    append_text_member(out, "reason", to_string(rejection.reason));
    out += ',';
    append_text_member(out, "detail", rejection.detail);
    out += '}';
  }
  out += ']';
}

void append_counts(std::string& out, const DecodeSummary& summary) {
  out += R"("received":)";
  append_decimal(out, summary.received);
  out += R"(,"accepted":)";
  append_decimal(out, summary.accepted);
  out += R"(,"rejected":)";
  append_decimal(out, summary.rejected);
  out += R"(,"adjusted":)";
  append_decimal(out, summary.adjusted);
}

const http::ProblemType& problem_of(DecodeError::Kind kind) {
  switch (kind) {
    case DecodeError::Kind::too_deep:
      return kTooDeep;
    case DecodeError::Kind::too_large:
      return kTooManySamples;
    case DecodeError::Kind::too_many_members:
      return kTooManyMembers;
    case DecodeError::Kind::empty:
      return kEmptyBody;
    case DecodeError::Kind::malformed:
      break;
  }
  return kMalformedBody;
}

http::Response unprocessable(const http::ProblemType& type, std::string_view detail, const DecodeSummary& summary) {
  std::string members = R"(,"received":)";
  append_decimal(members, summary.received);
  members += R"(,"accepted":0,"rejected":)";
  append_decimal(members, summary.rejected);
  members += ',';
  append_errors(members, summary);
  return http::problem(type, detail, members);
}

}  // namespace

http::Response accepted_answer(const DecodeSummary& summary, const BatchIdentity& identity) {
  http::Response response;
  response.status = 202;
  std::string& out = response.body;
  out.reserve(192 + identity.batch_id.size() + summary.rejections.size() * 160);
  out += R"({"status":"accepted",)";
  append_counts(out, summary);
  out += identity.key ? R"(,"idempotent":true,)" : R"(,"idempotent":false,)";
  append_text_member(out, "batch_id", identity.batch_id);
  out += ',';
  append_errors(out, summary);
  out += "}\n";
  return response;
}

http::Response no_valid_sample_answer(const DecodeSummary& summary) {
  const bool is_empty = summary.received == 0;
  return unprocessable(is_empty ? kEmptyBatch : kNoValidSample,
                       is_empty ? "the batch holds no sample" : "none of the batch's samples is valid; see errors",
                       summary);
}

http::Response strict_answer(const DecodeSummary& summary) {
  return unprocessable(kInvalidSample, "strict=true, and not all of the batch's samples are valid; nothing was stored",
                       summary);
}

http::Response rate_limited_answer(const limits::Decision& decision, limits::Jitter jitter) {
  const bool is_too_large = decision.verdict() == limits::Verdict::too_large;
  http::Response response = http::problem(is_too_large ? kBatchOverRateLimit : kRateLimited, detail_text(decision),
                                          problem_members(decision));
  append_refusal_headers(response.headers, decision, jitter);
  return response;
}

http::Response retry_answer(const http::ProblemType& type, std::string_view detail, std::chrono::seconds wait,
                            limits::Jitter jitter) {
  return http::retry_later(type, detail, wait + std::chrono::seconds(jitter.percent > 0 ? jitter.hash % 3 : 0));
}

http::Response overloaded_answer(limits::Jitter jitter) {
  return retry_answer(kOverloaded, "this replica has as much in hand as it takes; send the batch again later", 1s,
                      jitter);
}

http::Response record_too_large_answer(std::size_t size, std::size_t limit) {
  return http::problem(kRecordTooLarge, "the batch makes a record of " + std::to_string(size) + " bytes, which with " +
                                            "its headers is more than the " + std::to_string(limit) +
                                            " that one may have; send it in smaller batches");
}

http::Response undecodable_answer(const DecodeError& error) {
  std::string members = R"(,"position":)";
  append_decimal(members, error.position);
  const std::string detail = error.message + " (at byte " + std::to_string(error.position) + ")";
  return http::problem(problem_of(error.kind), detail, members);
}

}  // namespace metricstream::ingestion
