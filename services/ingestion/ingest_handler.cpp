#include "services/ingestion/ingest_handler.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "common/base/murmur2.hpp"
#include "common/codec/record.hpp"
#include "common/model/validation.hpp"
#include "services/ingestion/answer.hpp"
#include "services/ingestion/batch_key.hpp"
#include "services/ingestion/client_id.hpp"
#include "services/ingestion/content.hpp"
#include "services/ingestion/problem_types.hpp"
#include "services/ingestion/record_message.hpp"

namespace metricstream::ingestion {
namespace {

using http::problem;
using http::Response;
using namespace std::chrono_literals;

std::expected<bool, Response> strict_parameter(const http::RequestHead& head) {
  const auto value = head.query_parameter("strict");
  if (!value || *value == "false" || *value == "0") return false;
  if (value->empty() || *value == "true" || *value == "1") return true;
  return std::unexpected(problem(kBadParameter, "strict is true or false"));
}

ClientClaims claims_of(const http::RequestHead& head, std::string_view body_id) {
  return {
      .authorization = head.find("Authorization"), .client_id_header = head.find("X-Client-Id"), .body_id = body_id};
}

Response bad_client_id(const Error& error) { return problem(kBadClientId, error.message); }

}  // namespace

// What outlives the suspension; nothing in it points into the workspace.
struct IngestHandler::Prepared {
  kafka::Message message;
  Response answer;  // to be given when the record is stored
  DecodeSummary summary;
};

// One a thread, so that the columns' memory is allocated once and not with every request.
struct IngestHandler::Workspace {
  JsonBatchDecoder decoder;
  Record record;
};

// One request, from its header to its answer.
class IngestHandler::Exchange final : public http::Exchange {
 public:
  explicit Exchange(IngestHandler& handler) : handler_(handler) {}

  Task<Response> answer(const http::Request& request) override { return handler_.answer(request); }

 private:
  IngestHandler& handler_;
};

IngestHandler::Workspace& IngestHandler::workspace() {
  thread_local Workspace instance;
  return instance;
}

IngestHandler::IngestHandler(IngestOptions options, RecordStore& store, Accounts& accounts, const Clock& clock)
    : options_(std::move(options)), store_(store), accounts_(accounts), clock_(clock) {
  for (const auto& [key, value] : options_.attributes) attributes_.emplace_back(key, value);
}

std::expected<std::unique_ptr<http::Exchange>, Response> IngestHandler::begin(const http::RequestHead& head) {
  const auto refuse = [this](Refusal why, Response response) {
    accounts_.refused_unread(why);
    return std::unexpected(std::move(response));
  };
  const bool names_twice = head.count("Authorization") > 1 || head.count("X-Client-Id") > 1;
  if (names_twice) {
    return refuse(Refusal::bad_identity, problem(kBadClientId, "the client is named by more than one field"));
  }
  // Without a claim of its own in the header the body's counts; any stands in for it here.
  if (const auto id = resolve_client_id(claims_of(head, "")); !id) {
    return refuse(Refusal::bad_identity, bad_client_id(id.error()));
  }
  if (head.body.content_length > options_.body_bytes) {
    return refuse(Refusal::too_large, http::body_too_large(options_.body_bytes));
  }
  if (auto format = decide_format(head.find("Content-Type"), head.find("Content-Encoding")); !format) {
    return refuse(Refusal::malformed, std::move(format.error()));
  }
  if (auto strict = strict_parameter(head); !strict) return refuse(Refusal::malformed, std::move(strict.error()));
  const auto key = head.find("Idempotency-Key");
  if (key && !is_batch_key(*key, options_.decode.limits)) {
    return refuse(Refusal::bad_identity,
                  problem(kBadIdempotencyKey, "Idempotency-Key is 1 to 128 bytes of printable ASCII"));
  }
  if (!store_.is_open()) {
    return refuse(Refusal::kafka_unavailable,
                  http::retry_later(kKafkaUnavailable, "Kafka has not been reached since this replica started", 2s));
  }
  return std::make_unique<Exchange>(*this);
}

Task<Response> IngestHandler::answer(const http::Request& request) {
  auto prepared = prepare(request);
  if (!prepared) co_return std::move(prepared.error());
  kafka::Message message = std::move(prepared->message);
  const kafka::DeliveryResult result = co_await store_.store(std::move(message));
  co_return settle(std::move(*prepared), result);
}

std::expected<DecodeSummary, Response> IngestHandler::decode(const http::Request& request, TimeNs now,
                                                             Workspace& workspace) {
  DecodeOptions options = options_.decode;
  const auto format = decide_format(request.head.find("Content-Type"), request.head.find("Content-Encoding"));
  if (format) options.format = *format;
  auto decoded = workspace.decoder.decode(request.body, now, options, workspace.record.batch);
  if (!decoded) {
    const bool is_too_large = decoded.error().kind == DecodeError::Kind::too_large;
    accounts_.refused_unread(is_too_large ? Refusal::too_large : Refusal::malformed);
    return std::unexpected(undecodable_answer(decoded.error()));
  }
  if (decoded->accepted == 0) {
    accounts_.all_rejected(*decoded);
    return std::unexpected(no_valid_sample_answer(*decoded));
  }
  if (decoded->rejected > 0 && strict_parameter(request.head).value_or(false)) {
    accounts_.refused_whole(*decoded, Refusal::strict);
    return std::unexpected(strict_answer(*decoded));
  }
  return std::move(*decoded);
}

std::expected<IngestHandler::Prepared, Response> IngestHandler::prepare(const http::Request& request) {
  const TimeNs now = clock_.now();
  Workspace& space = workspace();
  auto summary = decode(request, now, space);
  if (!summary) return std::unexpected(std::move(summary.error()));

  const auto client = resolve_client_id(claims_of(request.head, summary->host_id));
  if (!client) {
    accounts_.refused_whole(*summary, Refusal::bad_identity);
    return std::unexpected(bad_client_id(client.error()));
  }
  const BatchIdentity identity = identify_batch(request.head.find("Idempotency-Key"), summary->batch_id, request.body,
                                                summary->only_timed_readings);

  Record& record = space.record;
  record.client_id = *client;
  record.accepted_at = now;
  record.partitions = options_.partitions;
  record.max_age = options_.decode.time.max_age;
  record.key = identity.key;
  record.attributes = attributes_;
  Prepared prepared{.message = make_message(record, identity, request.head),
                    .answer = accepted_answer(*summary, identity),
                    .summary = std::move(*summary)};
  return prepared;
}

Response IngestHandler::settle(Prepared prepared, const kafka::DeliveryResult& result) {
  using kafka::DeliveryStatus;
  const DecodeSummary& summary = prepared.summary;
  switch (result.status) {
    case DeliveryStatus::acknowledged:
      accounts_.accepted(summary);
      return std::move(prepared.answer);
    case DeliveryStatus::queue_full:
      accounts_.refused(summary, Refusal::queue_full);
      return http::retry_later(kOverloaded, "too many batches wait for Kafka; send this one again later", 1s);
    case DeliveryStatus::unavailable:
      accounts_.refused(summary, Refusal::kafka_unavailable);
      return http::retry_later(kKafkaUnavailable, "the connection to Kafka is being renewed; send it again", 2s);
    case DeliveryStatus::message_too_large:
      accounts_.refused(summary, Refusal::record_too_large);
      return problem(kRecordTooLarge, "the batch is larger than one record may be; send it in smaller batches");
    case DeliveryStatus::failed:
    case DeliveryStatus::unconfirmed:
      break;
  }
  accounts_.unconfirmed(summary);
  return http::retry_later(kNotAcknowledged,
                           "Kafka has not acknowledged the batch; it may or may not be stored. Send it again unchanged",
                           1s);
}

}  // namespace metricstream::ingestion
