#pragma once

#include <map>
#include <memory>
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
#include "services/ingestion/record_store.hpp"

namespace metricstream::ingestion {

struct IngestOptions {
  DecodeOptions decode;
  std::size_t body_bytes = 1024 * 1024;
  gzip::InflateLimits inflate;
  std::int32_t partitions = 12;                   // N
  std::map<std::string, std::string> attributes;  // enrichment
};

// What every request needs and none owns. All of it is thread-safe and outlives the handler.
struct IngestParts {
  const Authentication& authentication;
  RecordStore& store;
  Accounts& accounts;
  const Clock& clock;
};

// What the header of a request has settled.
struct IngestHead {
  Identity identity;
  Content content;
  bool is_strict = false;
};

// POST /metrics: one request becomes one record, and 202 means that the record is in the log. Thread-safe.
//
// begin() holds the stages before the body, cheapest first and nothing said to strangers: who sends, what and how much
// is announced, whether there is room. IngestExchange (ingest_exchange.hpp) does the rest. See docs/architecture.md.
class IngestHandler final : public http::Handler {
 public:
  IngestHandler(IngestOptions options, IngestParts parts);

  [[nodiscard]] std::expected<std::unique_ptr<http::Exchange>, http::Response> begin(
      const http::RequestHead& head) override;

  [[nodiscard]] const IngestOptions& options() const { return options_; }
  [[nodiscard]] const IngestParts& parts() const { return parts_; }
  [[nodiscard]] const std::vector<Attribute>& attributes() const { return attributes_; }

 private:
  // Nothing: go on.
  using Refused = std::optional<http::Response>;
  [[nodiscard]] Refused check_announced(const http::RequestHead& head, IngestHead& known) const;
  [[nodiscard]] Refused check_room(const http::RequestHead& head, IngestHead& known) const;
  [[nodiscard]] http::Response refuse(Refusal why, http::Response response) const;

  IngestOptions options_;
  IngestParts parts_;
  std::vector<Attribute> attributes_;  // views into options_
};

}  // namespace metricstream::ingestion
