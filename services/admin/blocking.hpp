#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "common/runtime/task.hpp"

namespace metricstream::admin {

// Runs a coroutine to its end on an event loop of its own, for a command line that does one thing. `story` gets the
// executor and must live as long as its task, which it does here: named or temporary.
template <class T>
T run_blocking(const std::function<Task<T>(boost::asio::any_io_executor)>& story) {
  boost::asio::io_context context(1);
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, story(context.get_executor()), [&](std::exception_ptr error, T value) {
    failure = std::move(error);
    result.emplace(std::move(value));
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace metricstream::admin
