// Private to common/http: the part of a server that lives on one thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>

#include "common/http/loop_delay.hpp"
#include "common/http/server_shared.hpp"
#include "common/http/session.hpp"
#include "common/runtime/task_group.hpp"

namespace metricstream::http {

// An acceptor and the connections that it has accepted. After construction everything runs on `executor`'s thread.
class Server::Shard {
 public:
  Shard(boost::asio::any_io_executor executor, Shared& shared);

  boost::system::error_code listen(const boost::asio::ip::tcp::endpoint& endpoint);
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

  void start();
  // Takes what waits in the backlog, then accepts no more; tells every connection to end.
  void begin_drain();
  // Until no connection is left. Those that are at `deadline` are cut; returns their number.
  Task<std::size_t> finish(std::chrono::steady_clock::time_point deadline);

 private:
  using Socket = boost::asio::ip::tcp::socket;

  Task<void> accept();
  void try_admit(Socket socket);
  void admit(Socket socket);
  void tell_refused(const ProblemType& why, const IpAddress& address, std::size_t most);
  Task<void> run(std::shared_ptr<Session> session);

  boost::asio::any_io_executor executor_;
  Shared& shared_;
  boost::asio::ip::tcp::acceptor acceptor_;
  RequestSpacePool spaces_;
  LoopDelay delay_;
  TaskGroup group_;
  std::unordered_set<Session*> sessions_;
  bool is_draining_ = false;
};

}  // namespace metricstream::http
