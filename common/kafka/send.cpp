#include "common/kafka/send.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace metricstream::kafka {
namespace {

namespace asio = boost::asio;

// What a waiting coroutine shares with the report on its way. Its timer is the wake-up: cancelled by the report,
// expired by the limit. Touched on the coroutine's executor only.
template <class T>
struct Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::optional<T> value;
};

template <class T>
void resume(std::shared_ptr<Waiter<T>> waiter, T value) {
  auto executor = waiter->timer.get_executor();
  asio::post(executor, [waiter = std::move(waiter), value = std::move(value)]() mutable {
    waiter->value = std::move(value);
    waiter->timer.cancel();
  });
}

std::optional<DeliveryResult> submit_for(Producer& producer, Message&& message,
                                         std::shared_ptr<Waiter<DeliveryResult>> waiter) {
  return producer.submit(std::move(message), [waiter = std::move(waiter)](DeliveryResult result) mutable {
    resume(std::move(waiter), std::move(result));
  });
}

Task<DeliveryResult> send_until(Producer& producer, Message message, asio::steady_timer::time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  auto waiter = std::make_shared<Waiter<DeliveryResult>>(executor);
  waiter->timer.expires_at(deadline);
  auto refused = submit_for(producer, std::move(message), waiter);
  if (refused) {
    co_return std::move(*refused);
  }
  // The report is posted to this executor, so it cannot come before this suspension.
  co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (waiter->value) {
    co_return std::move(*waiter->value);
  }
  co_return DeliveryResult{DeliveryStatus::unconfirmed, {}, "no report from Kafka within the time limit"};
}

}  // namespace

Task<DeliveryResult> send(Producer& producer, Message message) {
  return send_until(producer, std::move(message), asio::steady_timer::time_point::max());
}

Task<DeliveryResult> send(Producer& producer, Message message, std::chrono::milliseconds limit) {
  return send_until(producer, std::move(message), asio::steady_timer::clock_type::now() + limit);
}

Task<bool> drain(Producer& producer, std::chrono::milliseconds limit) {
  const auto executor = co_await asio::this_coro::executor;
  auto waiter = std::make_shared<Waiter<bool>>(executor);
  waiter->timer.expires_after(limit);
  producer.when_empty([waiter]() mutable { resume(std::move(waiter), true); });
  co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return waiter->value.has_value();
}

}  // namespace metricstream::kafka
