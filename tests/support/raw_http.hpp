#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace metricstream::test {

struct RawResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// A blocking HTTP client that sends exactly the bytes it is told to, also those no library would send. Every wait is
// bounded; a failed expectation throws std::runtime_error, which fails the test.
class RawHttp {
 public:
  explicit RawHttp(std::uint16_t port, std::chrono::milliseconds patience = std::chrono::seconds{10});
  virtual ~RawHttp();
  RawHttp(const RawHttp&) = delete;
  RawHttp& operator=(const RawHttp&) = delete;

  void send(std::string_view bytes);
  // Ends our half of the connection.
  void finish_sending();
  // The port of our own end.
  [[nodiscard]] std::uint16_t local_port() const;
  // Closing resets the connection, so that thousands of them leave no port in TIME_WAIT.
  void reset_on_close();
  // The next answer on the connection. `to_head`: it has no body, whatever its length says.
  RawResponse read(bool to_head = false);
  // True when the peer has closed (or reset) with nothing left to read; waits for it.
  bool is_closed();
  // True as soon as there is something to read or the peer has closed, false when nothing came for so long.
  bool wait_for_input(std::chrono::milliseconds patience);

  // One POST of JSON on this connection; `fields` are complete lines.
  RawResponse post(std::string_view path, std::string_view body, std::string_view fields = {});
  RawResponse get(std::string_view path, std::string_view fields = {});

 protected:
  // As send(2) and recv(2).
  virtual long send_some(const char* bytes, std::size_t size);
  virtual long receive_some(char* space, std::size_t size);
  [[nodiscard]] int socket() const { return socket_; }

 private:
  bool receive();

  int socket_ = -1;
  std::string pending_;
};

[[nodiscard]] std::string post_request(std::string_view path, std::string_view body, std::string_view fields = {});

}  // namespace metricstream::test
