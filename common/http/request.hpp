#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metricstream::http {

struct Field {
  std::string_view name;
  std::string_view value;
};

// How the body's end is found, after the framing policy (framing.hpp) has accepted the header.
struct BodyFraming {
  bool is_chunked = false;
  std::uint64_t content_length = 0;  // 0 where there is no body

  [[nodiscard]] bool has_body() const { return is_chunked || content_length > 0; }
};

// What is known of a request before its body is read. Views point into the session's buffer and live until the answer
// is written.
struct RequestHead {
  static constexpr std::size_t kMaxFields = 64;

  std::string_view method;  // as sent: methods are case-sensitive
  std::string_view target;  // as sent
  std::string_view path;    // not decoded
  std::string_view query;   // behind '?', not decoded
  unsigned version = 11;    // 10 or 11
  BodyFraming body;
  std::string_view remote_address;  // without the port; behind a trusted proxy the one that it names
  // How late this thread serves what is ready, where it is overloaded (ServerOptions::max_delay); else 0.
  std::chrono::nanoseconds excess_delay{0};
  // Subject alternative names of the client's verified certificate: "DNS:host", "URI:...", "email:...".
  std::span<const std::string> peer_names;
  bool is_tls = false;
  std::string_view request_id;   // X-Request-Id, or made here
  std::string_view traceparent;  // W3C trace context; empty when absent or malformed

  [[nodiscard]] std::span<const Field> fields() const { return {fields_.data(), field_count_}; }
  // The first field of that name, compared without case; surrounding blanks are gone.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  // The decoded value of a query parameter; "" for one without '='. Nothing when absent or badly encoded.
  [[nodiscard]] std::optional<std::string> query_parameter(std::string_view name) const;
  // How often it is there, however its value is written.
  [[nodiscard]] std::size_t query_parameter_count(std::string_view name) const;

  // False when the table is full.
  bool add_field(Field field);
  // For another request.
  void clear();

 private:
  std::size_t field_count_ = 0;
  std::array<Field, kMaxFields> fields_;
};

struct Request {
  const RequestHead& head;
  std::string_view body;  // whole; lives until the answer is written
};

}  // namespace metricstream::http
