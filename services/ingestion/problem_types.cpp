#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {

using http::ProblemType;

constinit const ProblemType kUnauthorized{
    .status = 401,
    .id = "unauthorized",
    .title = "Unauthorized",
    .meaning =
        "No API key, more than one, or one that is unknown, expired or revoked. The answer is the same for each, so "
        "that nobody learns which keys exist.",
    .remedy =
        "Send the key as Authorization: Bearer KEY, X-API-Key: KEY, or as the password of Basic. Operators: "
        "metricstream-admin keys list shows what is active."};
constinit const ProblemType kBadClientId{
    .status = 400,
    .id = "bad-client-id",
    .title = "Bad client id",
    .meaning = "With auth.mode none the request names its client, and this name cannot be one.",
    .remedy = "Send 1 to 128 visible ASCII characters without backslash, in one field only."};
constinit const ProblemType kBadIdempotencyKey{
    .status = 400,
    .id = "bad-idempotency-key",
    .title = "Bad Idempotency-Key",
    .meaning = "The Idempotency-Key field cannot be a batch's key, or there are several.",
    .remedy = "Send 1 to 128 bytes of printable ASCII, such as a UUID."};
constinit const ProblemType kBadParameter{
    .status = 400,
    .id = "bad-parameter",
    .title = "Bad query parameter",
    .meaning = "A query parameter has a value that it cannot have, or is there twice.",
    .remedy = "strict is true or false, and there once."};
constinit const ProblemType kUnsupportedMediaType{
    .status = 415,
    .id = "unsupported-media-type",
    .title = "Unsupported Content-Type",
    .meaning = "The body is neither JSON nor NDJSON, or not UTF-8; or there are several Content-Type fields.",
    .remedy = "Send Content-Type: application/json, or application/x-ndjson for one sample a line."};
constinit const ProblemType kUnsupportedEncoding{
    .status = 415,
    .id = "unsupported-encoding",
    .title = "Unsupported Content-Encoding",
    .meaning = "A Content-Encoding other than gzip and identity, or several.",
    .remedy = "Compress by gzip, or not at all."};
constinit const ProblemType kBadGzip{
    .status = 400,
    .id = "bad-gzip",
    .title = "Bad gzip body",
    .meaning =
        "Content-Encoding says gzip, and the body is no single intact gzip member: cut short, "
        "a wrong checksum, more bytes behind it.",
    .remedy = "Send one gzip member and its whole length, or leave Content-Encoding out."};
constinit const ProblemType kInflatedTooLarge{
    .status = 413,
    .id = "inflated-body-too-large",
    .title = "Body too large when inflated",
    .meaning = "The gzip body inflates to more than the limits of http.limits.inflated_size and inflated_ratio.",
    .remedy = "Send smaller batches.",
    .is_limit = true};
constinit const ProblemType kEmptyBody{.status = 400,
                                       .id = "empty-body",
                                       .title = "Empty body",
                                       .meaning = "The request has no body, or only blanks.",
                                       .remedy = "Send the batch as the request's body."};
constinit const ProblemType kMalformedBody{
    .status = 400,
    .id = "malformed-body",
    .title = "Malformed body",
    .meaning =
        "The body is not valid JSON (or NDJSON): a syntax error, bytes behind the end, a member twice, bad UTF-8, "
        "or a member of a wrong kind. Nothing was stored.",
    .remedy = "Look at the body at the byte that the member position names."};
constinit const ProblemType kTooDeep{
    .status = 400,
    .id = "too-deep",
    .title = "Nested too deep",
    .meaning = "Objects and arrays of the body are nested deeper than limits.depth. Nothing was stored.",
    .remedy = "Send samples in one of the documented forms, which need three levels.",
    .is_limit = true};
constinit const ProblemType kTooManyMembers{
    .status = 413,
    .id = "too-many-members",
    .title = "Too many members",
    .meaning =
        "One object of the body (tags, fields, or unknown members) has more than 4096 members, or than four times "
        "limits.samples where that is more. Nothing was stored.",
    .remedy = "Send smaller objects: a sample has at most limits.tags tags.",
    .is_limit = true};
constinit const ProblemType kTooManySamples{.status = 413,
                                            .id = "too-many-samples",
                                            .title = "Too many samples",
                                            .meaning = "The batch has more samples than limits.samples.",
                                            .remedy = "Send smaller batches.",
                                            .is_limit = true};
constinit const ProblemType kEmptyBatch{.status = 422,
                                        .id = "empty-batch",
                                        .title = "Empty batch",
                                        .meaning = "The body is valid and holds no sample.",
                                        .remedy = "Send nothing when there is nothing to send."};
constinit const ProblemType kNoValidSample{
    .status = 422,
    .id = "no-valid-sample",
    .title = "No valid sample",
    .meaning = "Every sample of the batch is invalid. Nothing was stored.",
    .remedy =
        "The member errors names each sample's index, field and reason. The same batch "
        "is refused again: do not repeat it."};
constinit const ProblemType kInvalidSample{
    .status = 422,
    .id = "invalid-sample",
    .title = "Invalid sample",
    .meaning = "With strict=true one invalid sample refuses the batch. Nothing was stored.",
    .remedy = "Mend the samples that errors names, or send without strict."};
constinit const ProblemType kRecordTooLarge{.status = 413,
                                            .id = "record-too-large",
                                            .title = "Record too large",
                                            .meaning = "The batch makes a record larger than producer.max_record_size.",
                                            .remedy = "Send smaller batches.",
                                            .is_limit = true};
constinit const ProblemType kBatchOverRateLimit{
    .status = 413,
    .id = "batch-over-rate-limit",
    .title = "Batch larger than a rate limit",
    .meaning =
        "The batch has more samples than the client, or its host, may send in a whole window: it could never pass.",
    .remedy = "Send smaller batches. Operators: raise the client's limit in rate_limits.overrides_file."};
constinit const ProblemType kRateLimited{
    .status = 429,
    .id = "rate-limited",
    .title = "Rate limit exceeded",
    .meaning =
        "The client, or one of its hosts, has sent as much as it may in the window. Nothing was stored, and the "
        "refused request is not charged.",
    .remedy =
        "Send it again unchanged after Retry-After. The members limit and violated-policies say which limit it was.",
    .uri = "https://iana.org/assignments/http-problem-types#quota-exceeded"};
constinit const ProblemType kOverloaded{
    .status = 503,
    .id = "overloaded",
    .title = "Overloaded",
    .meaning =
        "This replica has as many bytes of requests in memory, or records waiting for Kafka, as it takes, or its "
        "processor is too far behind (admission.max_delay). Nothing was stored.",
    .remedy =
        "Send it again unchanged after Retry-After. Operators: add replicas or http.threads; look at Kafka's latency; "
        "metricstream_admission_refusals_total says which bound it was.",
    .uri = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"};
constinit const ProblemType kKafkaUnavailable{
    .status = 503,
    .id = "kafka-unavailable",
    .title = "Kafka out of reach",
    .meaning =
        "Kafka has not been reached yet, or the connection to it is being renewed. "
        "Nothing was stored.",
    .remedy = "Send it again unchanged after Retry-After."};
constinit const ProblemType kNotAcknowledged{
    .status = 503,
    .id = "not-acknowledged",
    .title = "Not acknowledged",
    .meaning = "Kafka did not acknowledge the batch in time: it may or may not be stored.",
    .remedy = "Send it again unchanged, with the same Idempotency-Key: it is counted once."};

std::vector<const ProblemType*> error_catalogue() {
  const auto shared = http::http_problem_types();
  std::vector<const ProblemType*> all(shared.begin(), shared.end());
  all.insert(all.end(), {&kEmptyBody,
                         &kMalformedBody,
                         &kBadGzip,
                         &kBadClientId,
                         &kBadIdempotencyKey,
                         &kBadParameter,
                         &kTooDeep,
                         &kTooManyMembers,
                         &kUnauthorized,
                         &kTooManySamples,
                         &kRecordTooLarge,
                         &kInflatedTooLarge,
                         &kBatchOverRateLimit,
                         &kUnsupportedMediaType,
                         &kUnsupportedEncoding,
                         &kEmptyBatch,
                         &kNoValidSample,
                         &kInvalidSample,
                         &kRateLimited,
                         &kOverloaded,
                         &kKafkaUnavailable,
                         &kNotAcknowledged});
  return all;
}

}  // namespace metricstream::ingestion
