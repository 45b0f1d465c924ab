#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>

#include "common/base/result.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// The addresses of a host, which may be a literal one. The system's resolver cannot be interrupted: past `timeout` its
// answer is no longer waited for, and dropped when it comes.
Task<Result<std::vector<boost::asio::ip::tcp::endpoint>, boost::system::error_code>> resolve(
    boost::asio::any_io_executor executor, std::string host, std::uint16_t port, std::chrono::nanoseconds timeout);

}  // namespace metricstream::http
