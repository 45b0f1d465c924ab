#pragma once

#include <boost/asio/awaitable.hpp>

namespace metricstream {

// A lazy coroutine on an Asio executor. Parameters are taken by value, or by a reference whose owner provably awaits.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace metricstream
