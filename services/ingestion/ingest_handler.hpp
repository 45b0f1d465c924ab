#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/codec/json_batch.hpp"
#include "common/gzip/inflate_limits.hpp"
#include "common/http/handler.hpp"
#include "common/model/record.hpp"
#include "services/ingestion/accounts.hpp"
#include "services/ingestion/authentication.hpp"
#include "services/ingestion/content.hpp"
#include "services/ingestion/limits/admission.hpp"
#include "services/ingestion/limits/rate_headers.hpp"
#include "services/ingestion/limits/rate_limiter.hpp"
#include "services/ingestion/record_store.hpp"
#include "services/ingestion/refusal_log.hpp"

namespace metricstream::ingestion {

struct IngestOptions {
  DecodeOptions decode;
  std::size_t body_bytes = 1024 * 1024;
  gzip::InflateLimits inflate;
  std::size_t record_bytes = 1'000'000;           // for messages: the producer refuses
  std::int32_t partitions = 12;                   // N
  std::map<std::string, std::string> attributes;  // enrichment
  bool has_rate_headers = false;                  // RateLimit fields also on success
  std::uint32_t retry_jitter = 25;                // percent
};

// What every request needs and none owns. All of it is thread-safe and outlives the handler.
struct IngestParts {
  const Authentication& authentication;
  limits::RateLimiter& rate_limiter;
  limits::Admission& admission;
  RecordStore& store;
  Accounts& accounts;
  RefusalLog& refusal_log;
  const Clock& clock;
};

// What the header of a request has settled.
struct IngestHead {
  Identity identity;
  Content content;
  bool is_strict = false;
  limits::Decision requests;                  // of the rate of requests
  std::optional<limits::Receipt> of_address;  // where it was charged to the address, as its client is not known yet
  limits::Lease lease;                        // its bytes in memory
};

// POST /metrics: one request becomes one record, and 202 means that the record is in the log. Thread-safe.
//
// begin() holds the stages before the body, so that nothing is told to strangers and a refused body is never read: who
// sends, how often, what and how much is announced, whether there is room. IngestExchange (ingest_exchange.hpp) does
// the rest. See docs/architecture.md.
class IngestHandler final : public http::Handler {
 public:
  IngestHandler(IngestOptions options, IngestParts parts);

  [[nodiscard]] std::expected<std::unique_ptr<http::Exchange>, http::Response> begin(
      const http::RequestHead& head) override;

  [[nodiscard]] const IngestOptions& options() const { return options_; }
  [[nodiscard]] const IngestParts& parts() const { return parts_; }
  [[nodiscard]] const std::vector<Attribute>& attributes() const { return attributes_; }
  // Spreads the retries of those that are refused at the same time.
  [[nodiscard]] limits::Jitter jitter_of(const http::RequestHead& head) const;
  // Counts, logs and answers that there is no room.
  [[nodiscard]] http::Response overloaded(const http::RequestHead& head, std::string_view client,
                                          const limits::Overload& overload) const;

 private:
  // Nothing: go on.
  using Refused = std::optional<http::Response>;
  [[nodiscard]] Refused check_rate(const http::RequestHead& head, IngestHead& known) const;
  [[nodiscard]] Refused check_announced(const http::RequestHead& head, IngestHead& known) const;
  [[nodiscard]] Refused check_room(const http::RequestHead& head, IngestHead& known) const;
  [[nodiscard]] http::Response refuse(Refusal why, http::Response response) const;

  IngestOptions options_;
  IngestParts parts_;
  std::vector<Attribute> attributes_;  // views into options_
};

}  // namespace metricstream::ingestion
