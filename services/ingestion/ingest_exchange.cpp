#include "services/ingestion/ingest_exchange.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "common/codec/record.hpp"
#include "common/gzip/inflater.hpp"
#include "services/ingestion/answer.hpp"
#include "services/ingestion/batch_key.hpp"
#include "services/ingestion/problem_types.hpp"
#include "services/ingestion/record_message.hpp"

namespace metricstream::ingestion {

using http::problem;
using http::Response;
using namespace std::chrono_literals;

// What outlives the suspension; nothing in it points into the workspace.
struct IngestExchange::Prepared {
  kafka::Message message;
  Response answer;  // to be given when the record is stored
  DecodeSummary summary;
  limits::Charge charge;
  std::size_t record_bytes = 0;
};

// One a thread, so that the columns' memory is allocated once and not with every request.
struct IngestExchange::Workspace {
  // Once inflated is not needed any more: one huge body is no reason to keep its memory.
  void rest() {
    if (inflated.capacity() > kKeptInflated) std::string().swap(inflated);
  }
  struct Rest {
    Workspace& space;
    ~Rest() { space.rest(); }
  };
  static constexpr std::size_t kKeptInflated = std::size_t{1} * 1024 * 1024;

  gzip::Inflater inflater;
  std::string inflated;
  JsonBatchDecoder decoder;
  Record record;
};

IngestExchange::Workspace& IngestExchange::workspace() {
  thread_local Workspace instance;
  return instance;
}

// Memory is charged as it is needed: who announces much and sends nothing keeps nobody else out.
std::optional<Response> IngestExchange::make_room(const http::RequestHead& head, std::size_t bytes) {
  if (bytes <= known_.lease.bytes()) return std::nullopt;
  const auto room = known_.lease.try_grow(bytes - known_.lease.bytes());
  if (room) return std::nullopt;
  return handler_.overloaded(head, known_.identity.client, room.error());
}

void IngestExchange::sign(Response& response) const {
  response.client = known_.identity.client;
  response.key = known_.identity.key;
}

Task<Response> IngestExchange::answer(const http::Request& request) {
  auto prepared = prepare(request);
  Response response;
  if (prepared) {
    kafka::Message message = std::move(prepared->message);
    prepared->record_bytes = message.payload.size();
    const kafka::DeliveryResult result = co_await handler_.parts().store.store(std::move(message));
    response = settle(request.head, std::move(*prepared), result);
  } else {
    response = std::move(prepared.error());
  }
  response.client = std::move(known_.identity.client);
  response.key = std::move(known_.identity.key);
  co_return response;
}

std::expected<std::string_view, Response> IngestExchange::plain_body(const http::Request& request, Workspace& space) {
  // A chunked body was charged with what it might have become.
  known_.lease.shrink_to(request.body.size());
  if (!known_.content.is_gzip) return request.body;
  const auto room = known_.lease.try_grow(gzip::inflated_bound(request.body, options().inflate));
  if (!room) return std::unexpected(handler_.overloaded(request.head, known_.identity.client, room.error()));
  auto inflated = space.inflater.inflate(request.body, options().inflate, space.inflated);
  if (inflated) return space.inflated;
  const bool is_too_large = inflated.error().fault == gzip::InflateFault::too_large;
  accounts().refused_unread(is_too_large ? Refusal::too_large : Refusal::malformed);
  return std::unexpected(problem(is_too_large ? kInflatedTooLarge : kBadGzip, inflated.error().message));
}

std::expected<DecodeSummary, Response> IngestExchange::decode(std::string_view body, TimeNs now, Workspace& space) {
  DecodeOptions decode_options = options().decode;
  decode_options.format = known_.content.format;
  auto decoded = space.decoder.decode(body, now, decode_options, space.record.batch);
  if (!decoded) {
    Response refused = undecodable_answer(decoded.error());
    accounts().refused_unread(refused.status == 413 ? Refusal::too_large : Refusal::malformed);
    return std::unexpected(std::move(refused));
  }
  if (decoded->accepted == 0) {
    accounts().all_rejected(*decoded);
    return std::unexpected(no_valid_sample_answer(*decoded));
  }
  if (decoded->rejected > 0 && known_.is_strict) {
    accounts().refused_whole(*decoded, Refusal::strict);
    return std::unexpected(strict_answer(*decoded));
  }
  return std::move(*decoded);
}

std::optional<Response> IngestExchange::identify(const http::RequestHead& head, const DecodeSummary& summary) {
  if (!known_.identity.client.empty()) return std::nullopt;
  auto client = handler_.parts().authentication.identify_by_body(summary.host_id);
  if (!client) {
    accounts().refused_whole(summary, Refusal::bad_identity);
    return std::move(client.error());
  }
  known_.identity.client = std::move(*client);
  // Until now the request was the address's.
  limits::RateLimiter& limiter = handler_.parts().rate_limiter;
  known_.requests = limiter.take_request(known_.identity.client, boot_time_ns());
  if (known_.requests.is_allowed()) return std::nullopt;
  // One client above its limit must not use up what the others behind its address may send.
  if (known_.of_address) limiter.give_back_request_from(*known_.of_address);
  return refuse_rate(head, summary, known_.requests);
}

std::expected<limits::SamplesTaken, Response> IngestExchange::charge(const http::RequestHead& head,
                                                                     const DecodeSummary& summary) {
  auto taken = handler_.parts().rate_limiter.take_samples(known_.identity.client, summary.host_id, summary.accepted,
                                                          boot_time_ns());
  if (taken.decision.is_allowed()) return taken;
  return std::unexpected(refuse_rate(head, summary, taken.decision));
}

Response IngestExchange::refuse_rate(const http::RequestHead& head, const DecodeSummary& summary,
                                     const limits::Decision& decision) {
  const bool is_too_large = decision.verdict() == limits::Verdict::too_large;
  accounts().refused_whole(summary, is_too_large ? Refusal::over_rate_limit : Refusal::rate_limited);
  accounts().over_rate_limit(decision);
  const auto detail = [&] { return log_text(decision); };
  handler_.parts().refusal_log.refused("rate limit", known_.identity.client, detail, head.request_id);
  return rate_limited_answer(decision, handler_.jitter_of(head));
}

std::expected<IngestExchange::Prepared, Response> IngestExchange::prepare(const http::Request& request) {
  const TimeNs now = handler_.parts().clock.now();
  Workspace& space = workspace();
  const Workspace::Rest rest{space};
  const auto body = plain_body(request, space);
  if (!body) return std::unexpected(body.error());
  auto summary = decode(*body, now, space);
  if (!summary) return std::unexpected(std::move(summary.error()));
  if (auto refused = identify(request.head, *summary)) return std::unexpected(std::move(*refused));
  auto taken = charge(request.head, *summary);
  if (!taken) return std::unexpected(std::move(taken.error()));

  const BatchIdentity identity =
      identify_batch(request.head.find("Idempotency-Key"), summary->batch_id, *body, summary->only_timed_readings);
  Record& record = space.record;
  record.client_id = known_.identity.client;
  record.accepted_at = now;
  record.partitions = options().partitions;
  record.max_age = options().decode.time.max_age;
  record.key = identity.key;
  record.attributes = handler_.attributes();
  Prepared prepared{.message = make_message(record, identity, request.head),
                    .answer = accepted_answer(*summary, identity),
                    .summary = std::move(*summary),
                    .charge = std::move(taken->charge)};
  if (options().has_rate_headers) {
    const std::array decisions{known_.requests, taken->decision};
    append_standing_headers(prepared.answer.headers, decisions);
  }
  // The inflated body is not needed any more; the message is counted by the queue.
  known_.lease.shrink_to(request.body.size());
  return prepared;
}

Response IngestExchange::settle(const http::RequestHead& head, Prepared prepared, const kafka::DeliveryResult& result) {
  using kafka::DeliveryStatus;
  const limits::Jitter jitter = handler_.jitter_of(head);
  const DecodeSummary& summary = prepared.summary;
  switch (result.status) {
    case DeliveryStatus::acknowledged:
      prepared.charge.keep();
      accounts().accepted(summary);
      return std::move(prepared.answer);
    case DeliveryStatus::queue_full:
      accounts().refused(summary, Refusal::queue_full);
      handler_.parts().refusal_log.overloaded(
          known_.identity.client, [&] { return log_text(handler_.parts().store.queue_fill()); }, head.request_id);
      return retry_answer(kOverloaded, "too many batches wait for Kafka; send this one again later", 1s, jitter);
    case DeliveryStatus::unavailable:
      accounts().refused(summary, Refusal::kafka_unavailable);
      return retry_answer(kKafkaUnavailable, "Kafka takes no batches at the moment; send this one again later", 2s,
                          jitter);
    case DeliveryStatus::message_too_large:
      accounts().refused(summary, Refusal::record_too_large);
      return record_too_large_answer(prepared.record_bytes, options().record_bytes);
    case DeliveryStatus::failed:
    case DeliveryStatus::unconfirmed:
      break;
  }
  prepared.charge.keep();
  accounts().unconfirmed(summary);
  return retry_answer(kNotAcknowledged,
                      "Kafka has not acknowledged the batch; it may or may not be stored. Send it again unchanged", 1s,
                      jitter);
}

}  // namespace metricstream::ingestion
