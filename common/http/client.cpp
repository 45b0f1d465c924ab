#include "common/http/client.hpp"

#include <utility>

#include "common/http/client_connection.hpp"

namespace metricstream::http {

std::string_view to_string(ClientErrorKind kind) {
  switch (kind) {
    case ClientErrorKind::resolve:
      return "resolve";
    case ClientErrorKind::connect:
      return "connect";
    case ClientErrorKind::tls:
      return "tls";
    case ClientErrorKind::timeout:
      return "timeout";
    case ClientErrorKind::closed:
      return "closed";
    case ClientErrorKind::protocol:
      return "protocol";
  }
  return "unknown";
}

Client::Client(boost::asio::any_io_executor executor, ClientOptions options)
    : connection_(std::make_unique<Connection>(std::move(executor), std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Task<Result<ClientResponse, ClientError>> Client::send(const ClientRequest& request) {
  return connection_->send(request);
}

void Client::close() { connection_->close(); }

const ClientOptions& Client::options() const { return connection_->options(); }

}  // namespace metricstream::http
