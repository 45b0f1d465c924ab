#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace metricstream::testing {

struct TestRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // inflated
  int socket = -1;                             // for what no decent server does
};

// What goes back on the wire, literally.
struct TestReply {
  std::string bytes;
  bool close = false;  // behind the bytes
  bool reset = false;  // close with RST, so that what the client has not read yet is lost
};

// A tiny HTTP/1.1 server on a free loopback port, one blocking thread a connection. It serves the tests' fakes, which
// have to be able to misbehave in every way, hence no library.
class HttpTestServer {
 public:
  // `on_head` may answer before the body is read (an empty reply: go on); called with the body still missing.
  // `on_request` is called from the connection's thread; calls for several connections run at the same time.
  using Handler = std::function<TestReply(const TestRequest&)>;
  explicit HttpTestServer(Handler on_request, Handler on_head = {});
  ~HttpTestServer();  // ends every connection
  HttpTestServer(const HttpTestServer&) = delete;
  HttpTestServer& operator=(const HttpTestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int connections_accepted() const { return accepted_.load(); }

  // Blocks until the client has closed this connection, or the server ends.
  static void wait_for_close(int socket);
  [[nodiscard]] static bool is_closed_by_client(int socket);

 private:
  struct Connection {
    int socket;
    std::thread thread;
  };

  void accept_loop();
  void serve(int socket);

  Handler on_request_;
  Handler on_head_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::thread acceptor_;
};

// "HTTP/1.1 204 No Content\r\n...": with Content-Length, and `headers` as complete lines.
[[nodiscard]] std::string http_answer(int status, std::string_view body = {}, std::string_view headers = {});

// The value of a query parameter, percent-decoded; empty where it is missing.
[[nodiscard]] std::string query_parameter(std::string_view target, std::string_view name);

}  // namespace metricstream::testing
