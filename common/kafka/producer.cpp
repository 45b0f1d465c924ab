#include "common/kafka/producer.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "common/base/backoff.hpp"
#include "common/kafka/producer_handle.hpp"

namespace metricstream::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kIdleWait = 100ms;
constexpr auto kBusyWait = 10ms;           // while old handles wait for their last reports beside the current one
constexpr auto kMetadataInterval = 500ms;  // between attempts, while no broker answers
constexpr auto kMetadataTimeout = 200ms;
constexpr auto kQuietAfter = 10s;  // a handle that lived so long ends a series of fatal errors

}  // namespace

// The producer's thread is the only one that replaces `current_` and the only one that serves handles.
class Producer::Impl {
 public:
  Impl(ProducerSettings settings, LogCallback log) : settings_(std::move(settings)), log_(std::move(log)) {}

  ~Impl() {
    closing_ = true;
    available_ = false;
    if (thread_.joinable()) {
      current_mutex_.lock_shared();
      if (current_) {
        current_->interrupt();
      }
      current_mutex_.unlock_shared();
      thread_.join();
    }
    retired_.clear();
    current_.reset();
    tell_if_empty();
  }

  Result<void> start() {
    auto handle = ProducerHandle::create(settings_, counters_, log_);
    if (!handle) {
      return std::unexpected(std::move(handle.error()));
    }
    current_ = std::move(*handle);
    born_ = SteadyClock::now();
    available_ = true;
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::optional<DeliveryResult> submit(Message&& message, DeliveryCallback&& on_report) {
    // Read first, so that the thread that replaces the handle is not starved by readers of the lock.
    if (available_) {
      const std::shared_lock lock(current_mutex_);
      if (current_ && available_) {
        return current_->submit(std::move(message), std::move(on_report));
      }
    }
    return DeliveryResult{DeliveryStatus::unavailable, {}, "the producer is being replaced after a fatal error"};
  }

  void when_empty(std::move_only_function<void()> on_empty) {
    {
      const std::scoped_lock lock(waiting_mutex_);
      if (counters_.in_flight_messages != 0) {
        waiting_.push_back(std::move(on_empty));
        return;
      }
    }
    on_empty();
  }

  Result<std::int32_t> partition_count(const std::string& topic, std::chrono::milliseconds timeout) {
    const std::shared_lock lock(current_mutex_);
    if (!current_) {
      return fail("the Kafka producer is being replaced after a fatal error");
    }
    return current_->partition_count(topic, timeout);
  }

  ProducerStatistics statistics() const {
    ProducerStatistics all;
    all.in_flight_messages = counters_.in_flight_messages;
    all.in_flight_bytes = counters_.in_flight_bytes;
    all.acknowledged = counters_.acknowledged;
    all.failed = counters_.failed;
    all.queue_full = counters_.queue_full;
    all.recreated = counters_.recreated;
    const std::scoped_lock lock(statistics_mutex_);
    all.client = client_statistics_;
    return all;
  }

  [[nodiscard]] bool ready() const { return available_ && warm_; }
  [[nodiscard]] const ProducerCounters& counters() const { return counters_; }

 private:
  void run() {
    while (!closing_) {
      keep_warm();
      serve_handles();
      tell_if_empty();
      if (current_ && current_->is_fatal()) {
        retire_current();
      }
      if (!current_ && SteadyClock::now() >= recreate_at_) {
        recreate();
      }
      drop_empty_retired();
    }
  }

  void serve_handles() {
    const auto wait = retired_.empty() ? kIdleWait : kBusyWait;
    if (current_) {
      current_->serve(wait);
      if (current_->statistics()) {
        const std::scoped_lock lock(statistics_mutex_);
        client_statistics_ = *current_->statistics();
      }
    } else if (retired_.empty()) {
      std::this_thread::sleep_for(kBusyWait);
    }
    for (const auto& handle : retired_) {
      handle->serve(current_ ? 0ms : kBusyWait);
    }
  }

  void tell_if_empty() {
    std::vector<std::move_only_function<void()>> told;
    {
      const std::scoped_lock lock(waiting_mutex_);
      if (counters_.in_flight_messages == 0) {
        told.swap(waiting_);
      }
    }
    for (auto& on_empty : told) {
      on_empty();
    }
  }

  // After a fatal error librdkafka refuses every message until the handle is gone; what is in flight keeps its handle
  // until the last report.
  void retire_current() {
    available_ = false;
    warm_ = false;
    const auto now = SteadyClock::now();
    if (now - born_ > kQuietAfter) {
      backoff_.reset();
      recreate_at_ = now;
    } else {
      recreate_at_ = now + backoff_.next(random_());
    }
    current_->retire();
    const std::unique_lock lock(current_mutex_);
    retired_.push_back(std::move(current_));
  }

  void recreate() {
    auto handle = ProducerHandle::create(settings_, counters_, log_);
    if (!handle) {
      log_(LogLevel::error, "RECREATE", handle.error().message);
      recreate_at_ = SteadyClock::now() + backoff_.next(random_());
      return;
    }
    {
      const std::unique_lock lock(current_mutex_);
      current_ = std::move(*handle);
    }
    born_ = SteadyClock::now();
    next_metadata_ = born_;
    counters_.recreated += 1;
    available_ = true;
    log_(LogLevel::warning, "RECREATE", "the producer was replaced after a fatal error");
  }

  // The first message of a topic waits for its metadata (up to 1 s in 2.0.2), so readiness does instead.
  void keep_warm() {
    if (!current_) {
      return;
    }
    if (current_->take_brokers_down()) {
      warm_ = false;
    }
    if (!warm_ && SteadyClock::now() >= next_metadata_) {
      warm_ = current_->fetch_metadata(kMetadataTimeout);
      next_metadata_ = SteadyClock::now() + kMetadataInterval;
    }
  }

  void drop_empty_retired() {
    const auto empty = std::ranges::find_if(retired_, [](const auto& handle) { return handle->is_empty(); });
    if (empty == retired_.end()) {
      return;
    }
    // Ending a client blocks, so another thread does it; assigning waits for the one before, long ended.
    reaper_ = std::async(std::launch::async, [handle = std::move(*empty)]() mutable { handle.reset(); });
    retired_.erase(empty);
  }

  const ProducerSettings settings_;
  const LogCallback log_;
  ProducerCounters counters_;

  std::shared_mutex current_mutex_;
  std::unique_ptr<ProducerHandle> current_;
  std::vector<std::unique_ptr<ProducerHandle>> retired_;
  std::future<void> reaper_;
  std::atomic<bool> available_ = false;
  std::atomic<bool> warm_ = false;
  std::atomic<bool> closing_ = false;

  SteadyClock::time_point born_;
  SteadyClock::time_point recreate_at_;
  SteadyClock::time_point next_metadata_;
  Backoff backoff_{50ms, 1500ms};
  std::minstd_rand random_{std::random_device{}()};

  mutable std::mutex statistics_mutex_;
  ClientStatistics client_statistics_;

  std::mutex waiting_mutex_;
  std::vector<std::move_only_function<void()>> waiting_;
  std::thread thread_;
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::~Producer() = default;

Result<std::unique_ptr<Producer>> Producer::create(ProducerSettings settings, LogCallback log) {
  auto impl = std::make_unique<Impl>(std::move(settings), std::move(log));
  if (auto started = impl->start(); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

std::optional<DeliveryResult> Producer::submit(Message message, DeliveryCallback on_report) {
  return impl_->submit(std::move(message), std::move(on_report));
}

void Producer::when_empty(std::move_only_function<void()> on_empty) { impl_->when_empty(std::move(on_empty)); }
bool Producer::ready() const { return impl_->ready(); }
std::uint64_t Producer::in_flight_messages() const { return impl_->counters().in_flight_messages; }
std::uint64_t Producer::in_flight_bytes() const { return impl_->counters().in_flight_bytes; }
ProducerStatistics Producer::statistics() const { return impl_->statistics(); }

Result<std::int32_t> Producer::partition_count(const std::string& topic, std::chrono::milliseconds timeout) {
  return impl_->partition_count(topic, timeout);
}

Result<void> check_partition_count(const std::string& topic, std::int32_t found, std::int32_t configured) {
  if (found == configured) {
    return {};
  }
  return fail("Kafka topic '" + topic + "' has " + std::to_string(found) +
              " partitions, configuration says kafka.partitions: " + std::to_string(configured) +
              "; the number decides which partition a client's data goes to and must never change: set "
              "kafka.partitions to " +
              std::to_string(found) + ", or use another topic");
}

const char* name_of(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::acknowledged:
      return "acknowledged";
    case DeliveryStatus::queue_full:
      return "queue_full";
    case DeliveryStatus::message_too_large:
      return "message_too_large";
    case DeliveryStatus::unavailable:
      return "unavailable";
    case DeliveryStatus::failed:
      return "failed";
    case DeliveryStatus::unconfirmed:
      return "unconfirmed";
  }
  return "unknown";
}

}  // namespace metricstream::kafka
