#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/gzip/compressor.hpp"
#include "common/http/handler.hpp"
#include "tests/support/raw_http.hpp"

// Bodies and requests that several tests of the service send.
namespace metricstream::ingestion::test {

using metricstream::test::post_request;
using metricstream::test::RawHttp;
using metricstream::test::RawResponse;

inline const std::string kSample = R"({"name":"m","value":1})";

// Blanks behind a body are part of it and mean nothing.
inline std::string padded(std::string body, std::size_t size) {
  if (body.size() > size) throw std::invalid_argument("the body is larger than that");
  body.resize(size, ' ');
  return body;
}

// A batch of so many samples, of a host where one is named.
inline std::string batch_of(std::size_t count, std::string_view host = {}) {
  std::string out = "{";
  if (!host.empty()) out += R"("host_id":")" + std::string(host) + R"(",)";
  out += R"("metrics":[)";
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + kSample;
  return out + "]}";
}

// A batch with a tag of its own for each sample, so that the record is about count * size bytes.
inline std::string bulky_batch(std::size_t count, std::size_t tag_size) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) {
    std::string value = std::to_string(i) + "-";
    value.resize(tag_size, 'x');
    out += (i == 0 ? "" : ",") + (R"({"name":"m","value":1,"tags":{"t":")" + value) + R"("}})";
  }
  return out + "]";
}

inline std::string gzipped(std::string_view text) {
  std::string out;
  gzip::Compressor(6).compress(text, out);
  return out;
}

inline std::string client_field(std::string_view client) { return "X-Client-Id: " + std::string(client) + "\r\n"; }
inline const std::string kGzipField = "Content-Encoding: gzip\r\n";

// A request whose header has been accepted and whose body is not there: it holds what admission gave it. Of a body that
// needs more than the first room all but the last byte is sent, so that all of it is held as soon as that has come.
class HeldRequest {
 public:
  // Throws where the header is not answered 100.
  HeldRequest(std::uint16_t port, std::size_t body_size, std::string_view fields = {})
      : client_(port), size_(body_size) {
    begin("Content-Length: " + std::to_string(body_size) + "\r\n", fields);
    if (size_ <= http::kFirstBodyRoom) return;
    client_.send(padded(kSample, size_ - 1));
    left_ = 1;
  }
  // With a chunked body, whose size is not known before.
  explicit HeldRequest(std::uint16_t port, std::string_view fields = {}) : client_(port) {
    begin("Transfer-Encoding: chunked\r\n", fields);
  }

  // With a sample in a body of the size that was announced.
  RawResponse finish() { return finish(left_ > 0 ? std::string(left_, ' ') : padded(kSample, size_)); }
  // With this body, or what was not sent of it; in one chunk where the size was not announced.
  RawResponse finish(std::string_view body) {
    client_.send(size_ > 0 ? std::string(body) : chunked(body));
    return client_.read();
  }
  [[nodiscard]] RawHttp& client() { return client_; }

  static std::string chunked(std::string_view body) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    return size + std::string(body) + "\r\n0\r\n\r\n";
  }

 private:
  void begin(const std::string& framing, std::string_view fields) {
    client_.send("POST /metrics HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n" + framing + std::string(fields) +
                 "\r\n");
    const RawResponse response = client_.read();
    if (response.status != 100) throw std::runtime_error("not admitted: " + response.body);
  }

  RawHttp client_;
  std::size_t size_ = 0;
  std::size_t left_ = 0;  // where some of the body has been sent
};

}  // namespace metricstream::ingestion::test
