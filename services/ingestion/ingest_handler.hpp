#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/codec/json_batch.hpp"
#include "common/http/handler.hpp"
#include "common/kafka/producer.hpp"
#include "common/model/record.hpp"
#include "services/ingestion/accounts.hpp"
#include "services/ingestion/record_store.hpp"

namespace metricstream::ingestion {

struct IngestOptions {
  DecodeOptions decode;
  std::size_t body_bytes = 1024 * 1024;
  std::int32_t partitions = 12;                   // N
  std::map<std::string, std::string> attributes;  // enrichment
};

// POST /metrics: one request becomes one record, and 202 means that the record is in the log. Thread-safe.
//
// The stages, cheapest first (docs/architecture.md): client from the header, declared size, form, admission; then, with
// the body, decode and validate, batch identity, encode, store. Authentication by keys, rate limits and the admission
// by bytes in flight have their places between the stages of begin().
class IngestHandler final : public http::Handler {
 public:
  // All references must outlive the handler.
  IngestHandler(IngestOptions options, RecordStore& store, Accounts& accounts, const Clock& clock);

  [[nodiscard]] std::expected<std::unique_ptr<http::Exchange>, http::Response> begin(
      const http::RequestHead& head) override;

 private:
  class Exchange;
  struct Prepared;
  struct Workspace;
  using Refusable = std::expected<void, http::Response>;

  [[nodiscard]] Task<http::Response> answer(const http::Request& request);
  // Everything up to storing, without suspension: the workspace belongs to the thread only until then.
  [[nodiscard]] std::expected<Prepared, http::Response> prepare(const http::Request& request);
  [[nodiscard]] std::expected<DecodeSummary, http::Response> decode(const http::Request& request, TimeNs now,
                                                                    Workspace& workspace);
  [[nodiscard]] http::Response settle(Prepared prepared, const kafka::DeliveryResult& result);
  static Workspace& workspace();

  IngestOptions options_;
  std::vector<Attribute> attributes_;  // views into options_
  RecordStore& store_;
  Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace metricstream::ingestion
