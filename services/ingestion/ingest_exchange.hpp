#pragma once

#include <string>
#include <string_view>

#include "common/http/handler.hpp"
#include "common/kafka/producer.hpp"
#include "services/ingestion/ingest_handler.hpp"

namespace metricstream::ingestion {

// One request whose header was accepted: inflate, decode and validate, identify the batch, encode, store, answer.
class IngestExchange final : public http::Exchange {
 public:
  // `handler` outlives every exchange.
  IngestExchange(const IngestHandler& handler, IngestHead known) : handler_(handler), known_(std::move(known)) {}

  [[nodiscard]] std::optional<http::Response> make_room(const http::RequestHead& head, std::size_t bytes) override;
  void sign(http::Response& response) const override;
  [[nodiscard]] Task<http::Response> answer(const http::Request& request) override;

 private:
  struct Prepared;
  struct Workspace;

  // Everything up to storing, without suspension: the workspace belongs to the thread only until then.
  [[nodiscard]] std::expected<Prepared, http::Response> prepare(const http::Request& request);
  [[nodiscard]] std::expected<std::string_view, http::Response> plain_body(const http::Request& request,
                                                                           Workspace& space);
  [[nodiscard]] std::expected<DecodeSummary, http::Response> decode(std::string_view body, TimeNs now,
                                                                    Workspace& space);
  [[nodiscard]] std::optional<http::Response> identify(const http::RequestHead& head, const DecodeSummary& summary);
  [[nodiscard]] std::expected<limits::SamplesTaken, http::Response> charge(const http::RequestHead& head,
                                                                           const DecodeSummary& summary);
  http::Response refuse_rate(const http::RequestHead& head, const DecodeSummary& summary,
                             const limits::Decision& decision);
  [[nodiscard]] http::Response settle(const http::RequestHead& head, Prepared prepared,
                                      const kafka::DeliveryResult& result);
  static Workspace& workspace();

  [[nodiscard]] const IngestOptions& options() const { return handler_.options(); }
  [[nodiscard]] Accounts& accounts() const { return handler_.parts().accounts; }

  const IngestHandler& handler_;
  IngestHead known_;
};

}  // namespace metricstream::ingestion
