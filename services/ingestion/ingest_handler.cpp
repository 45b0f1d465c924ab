#include "services/ingestion/ingest_handler.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "common/base/hash.hpp"
#include "common/model/validation.hpp"
#include "services/ingestion/answer.hpp"
#include "services/ingestion/ingest_exchange.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

using http::problem;
using http::Response;
using namespace std::chrono_literals;

std::expected<bool, Response> strict_parameter(const http::RequestHead& head) {
  const std::size_t count = head.query_parameter_count("strict");
  if (count == 0) return false;
  if (count > 1) return std::unexpected(problem(kBadParameter, "strict is there more than once"));
  const auto value = head.query_parameter("strict");
  if (value == "false" || value == "0") return false;
  if (value == "" || value == "true" || value == "1") return true;
  return std::unexpected(problem(kBadParameter, "strict is true or false"));
}

}  // namespace

IngestHandler::IngestHandler(IngestOptions options, IngestParts parts) : options_(std::move(options)), parts_(parts) {
  for (const auto& [key, value] : options_.attributes) attributes_.emplace_back(key, value);
}

std::expected<std::unique_ptr<http::Exchange>, Response> IngestHandler::begin(const http::RequestHead& head) {
  IngestHead known;
  auto identity = parts_.authentication.identify(head);
  if (!identity) {
    const bool is_stranger = identity.error().status == kUnauthorized.status;
    return std::unexpected(
        refuse(is_stranger ? Refusal::unauthorized : Refusal::bad_identity, std::move(identity.error())));
  }
  known.identity = std::move(*identity);
  Refused refused = check_rate(head, known);
  if (!refused) refused = check_announced(head, known);
  if (!refused) refused = check_room(head, known);
  if (!refused) return std::make_unique<IngestExchange>(*this, std::move(known));
  refused->client = std::move(known.identity.client);
  refused->key = std::move(known.identity.key);
  return std::unexpected(std::move(*refused));
}

IngestHandler::Refused IngestHandler::check_rate(const http::RequestHead& head, IngestHead& known) const {
  const std::string& client = known.identity.client;
  const TimeNs now = boot_time_ns();
  if (client.empty()) {
    const limits::RequestTaken taken = parts_.rate_limiter.take_request_from(head.remote_address, now);
    known.requests = taken.decision;
    known.of_address = taken.receipt;
  } else {
    known.requests = parts_.rate_limiter.take_request(client, now);
  }
  if (known.requests.is_allowed()) return std::nullopt;
  parts_.accounts.over_rate_limit(known.requests);
  const std::string_view who = client.empty() ? head.remote_address : std::string_view(client);
  const auto detail = [&] { return log_text(known.requests); };
  parts_.refusal_log.refused("rate limit", who, detail, head.request_id);
  return refuse(Refusal::rate_limited, rate_limited_answer(known.requests, jitter_of(head)));
}

IngestHandler::Refused IngestHandler::check_announced(const http::RequestHead& head, IngestHead& known) const {
  if (head.body.content_length > options_.body_bytes) {
    return refuse(Refusal::too_large, http::body_too_large(options_.body_bytes, head.body.content_length));
  }
  auto content = decide_content(head.find("Content-Type"), head.find("Content-Encoding"));
  if (!content) return refuse(Refusal::malformed, std::move(content.error()));
  // Servers in a row may each believe another one of two.
  if (head.count("Content-Encoding") > 1) {
    return refuse(Refusal::malformed, problem(kUnsupportedEncoding, "more than one Content-Encoding field"));
  }
  if (head.count("Content-Type") > 1) {
    return refuse(Refusal::malformed, problem(kUnsupportedMediaType, "more than one Content-Type field"));
  }
  known.content = *content;
  auto strict = strict_parameter(head);
  if (!strict) return refuse(Refusal::malformed, std::move(strict.error()));
  known.is_strict = *strict;
  const auto key = head.find("Idempotency-Key");
  if (key && !is_batch_key(*key, options_.decode.limits)) {
    return refuse(Refusal::bad_identity,
                  problem(kBadIdempotencyKey, "Idempotency-Key is 1 to 128 bytes of printable ASCII"));
  }
  if (head.count("Idempotency-Key") > 1) {
    return refuse(Refusal::bad_identity, problem(kBadIdempotencyKey, "more than one Idempotency-Key field"));
  }
  return std::nullopt;
}

IngestHandler::Refused IngestHandler::check_room(const http::RequestHead& head, IngestHead& known) const {
  if (!parts_.store.is_open()) {
    return refuse(
        Refusal::kafka_unavailable,
        retry_answer(kKafkaUnavailable, "Kafka has not been reached since this replica started", 2s, jitter_of(head)));
  }
  const std::uint64_t announced = head.body.is_chunked ? options_.body_bytes : head.body.content_length;
  auto lease = parts_.admission.admit(std::min<std::uint64_t>(announced, http::kFirstBodyRoom),
                                      parts_.store.queue_fill(), head.excess_delay);
  if (!lease) return overloaded(head, known.identity.client, lease.error());
  known.lease = std::move(*lease);
  return std::nullopt;
}

Response IngestHandler::overloaded(const http::RequestHead& head, std::string_view client,
                                   const limits::Overload& overload) const {
  parts_.accounts.overloaded(overload.bound);
  parts_.refusal_log.overloaded(client, [&] { return log_text(overload); }, head.request_id);
  return refuse(Refusal::overloaded, overloaded_answer(jitter_of(head)));
}

limits::Jitter IngestHandler::jitter_of(const http::RequestHead& head) const {
  return {.percent = options_.retry_jitter, .hash = hash64(head.request_id)};
}

Response IngestHandler::refuse(Refusal why, Response response) const {
  parts_.accounts.refused_unread(why);
  return response;
}

}  // namespace metricstream::ingestion
