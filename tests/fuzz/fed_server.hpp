#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/http/handler.hpp"
#include "common/http/server.hpp"

namespace metricstream::fuzz {

// A whole server on the calling thread, a connection at a time over loopback: POST /echo gives the body back, POST
// /busy is refused with 503 before its body, GET /hello gives "hello".
class FedServer {
 public:
  explicit FedServer(const http::ServerLimits& limits);

  // What comes back on a new connection to which the pieces are sent, each once the server has done what it could with
  // the one before, and then the end. The server must end the connection too.
  std::string feed(std::span<const std::string_view> pieces);

 private:
  class Echo;
  class Busy;

  void serve();

  boost::asio::io_context context_{1};
  std::unique_ptr<http::Handler> echo_;
  std::unique_ptr<http::Handler> busy_;
  http::Router router_;
  http::Server server_;
};

}  // namespace metricstream::fuzz
