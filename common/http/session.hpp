// Private to common/http: one connection of the server.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/http/chunked.hpp"
#include "common/http/deadline.hpp"
#include "common/http/handler.hpp"
#include "common/http/loop_delay.hpp"
#include "common/http/request_space.hpp"
#include "common/http/server_shared.hpp"
#include "common/http/stream.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// The other end of a connection.
struct Peer {
  std::string address;
  bool is_proxy = false;  // speaks for others, in X-Forwarded-For
  std::optional<AddressLimiter::Slot> slot;
};

// Reads requests one after the other and answers each before it looks at the next: that is what keeps pipelined answers
// in order. Lives on the thread that accepted it; owned by its own coroutine.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `spaces` and `delay` belong to the thread and outlive the session. TLS with the server's credentials of now.
  Session(boost::asio::ip::tcp::socket socket, OpenConnection open, Peer peer, Server::Shared& shared,
          RequestSpacePool& spaces, LoopDelay& delay);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Task<void> run();

  // What has been received is answered, the last time with Connection: close; an idle connection ends now.
  void begin_drain();
  // Ends the connection whatever it does. A handler that is suspended still ends by itself.
  void cut();

  void on_deadline();  // for deadline_

 private:
  using Clock = std::chrono::steady_clock;
  // Of reading: `refused` means that refusal_ holds the answer, `closed` that nobody is there to be answered.
  enum class Input { ready, refused, closed };
  // What happens behind an answer.
  enum class Next { request, close, linger };
  enum class Phase {
    handshake,  // of TLS
    idle,       // waits for a request's first byte
    request,
    lingering
  };
  // How long a drain waits for the first request of a new connection, and for a client to see that it was told to end.
  static constexpr std::chrono::milliseconds kDrainGrace{500};
  // For how long pipelined requests are answered before others have their turn.
  static constexpr std::chrono::milliseconds kTurn{1};

  Task<Next> shake_hands();
  Task<void> give_way();
  Task<Next> next_request();
  Task<Next> serve(std::size_t header_bytes);
  Task<Next> answer(const Response& response, std::size_t consumed);
  std::unique_ptr<Exchange> begin(Handler& handler);
  Task<Response> call(Exchange& exchange, std::string_view body);
  Response answer_bug(std::string_view what);
  Task<void> linger();
  Task<Next> discard(std::uint64_t bytes);
  Task<Next> discard_chunks();

  Task<bool> await_request();
  bool read_now(bool& is_open);
  bool skip_line();
  Task<Input> read_header(std::size_t& header_bytes);
  Task<Input> read_more();
  Task<Input> read_body(std::size_t header_bytes, Exchange& exchange, std::string_view& body);
  Task<Input> read_sized_body(std::size_t header_bytes, Exchange& exchange, std::string_view& body);
  Task<Input> read_long_body(std::size_t header_bytes, Exchange& exchange);
  Task<Input> read_chunked_body(std::size_t header_bytes, Exchange& exchange);
  [[nodiscard]] std::chrono::milliseconds body_time(std::uint64_t received) const;
  void keep_pace(std::uint64_t received);
  bool has_room(Exchange& exchange, std::size_t bytes);
  Task<bool> write(std::string_view bytes);

  Input refuse(Response response);
  Input refuse_for(const Exchange& exchange, Response response);
  Input refuse_chunks(ChunkedDecoder::Status status, const Exchange& exchange);
  Input refuse_late_body(std::uint64_t received, const Exchange& exchange);
  [[nodiscard]] bool wants_close() const;
  [[nodiscard]] bool is_old() const;
  [[nodiscard]] bool is_worth_reading_on() const;
  [[nodiscard]] bool has_whole_body(std::size_t header_bytes) const;
  void name_request();
  void name_client();
  bool is_peer_trusted();
  void tell_tls(TlsRefusal what, std::string_view why) const;
  void set_deadline(std::chrono::milliseconds from_now);

  OpenConnection open_;
  unsigned tls_changes_;  // of the server's credentials, when the peer was last looked at; before stream_ takes them
  Stream stream_;
  Server::Shared& shared_;
  Deadline<Session> deadline_;
  RequestSpacePool& spaces_;
  LoopDelay& delay_;
  RequestSpacePool::Lease space_;  // while bytes of a request are here and until its answer is written
  std::optional<Response> refusal_;
  Peer peer_;
  std::vector<std::string> peer_names_;  // of its certificate
  Clock::time_point accepted_;
  Clock::time_point request_started_;
  Clock::time_point body_started_;
  Clock::time_point turn_began_;
  std::size_t body_bytes_ = 0;
  Phase phase_ = Phase::handshake;
  bool is_new_ = true;         // no request yet
  bool may_skip_line_ = true;  // since the last request
  bool is_draining_ = false;
  bool is_late_ = false;  // the deadline has passed
  bool is_cut_ = false;
};

}  // namespace metricstream::http
