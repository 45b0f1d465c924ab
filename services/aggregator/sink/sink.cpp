#include "services/aggregator/sink/sink.hpp"

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "common/http/url.hpp"
#include "common/runtime/io_threads.hpp"
#include "common/runtime/task_group.hpp"
#include "services/aggregator/sink/lane_writer.hpp"

namespace metricstream::sink {
namespace {

http::Url parsed(const std::string& text) {
  auto url = http::parse_url(text);
  if (!url) throw std::invalid_argument{url.error().message};
  return std::move(*url);
}

// A parameter keeps the writer alive for as long as its coroutine runs.
Task<void> run_writer(std::shared_ptr<LaneWriter> writer) { co_await writer->run(); }

}  // namespace

Lane& LaneSet::lane(std::string_view size) const {
  const auto found = lanes_.find(size);
  if (found == lanes_.end()) throw std::out_of_range{"no lane for " + std::string{size}};
  return *found->second;
}

std::optional<Lane::Frontier> LaneSet::oldest_unsettled() const {
  std::optional<Lane::Frontier> oldest;
  for (const auto& [size, lane] : lanes_) {
    const auto frontier = lane->oldest_unsettled();
    if (frontier && (!oldest || *frontier < *oldest)) oldest = frontier;
  }
  return oldest;
}

std::size_t LaneSet::queued_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [size, lane] : lanes_) bytes += lane->queued_bytes();
  return bytes;
}

Result<SinkOptions> make_sink_options(const SinkSettings& settings, std::span<const std::string> sizes) {
  auto endpoint = influx::load_endpoint(settings.endpoint);
  if (!endpoint) return std::unexpected{endpoint.error()};
  SinkOptions options;
  options.endpoint = std::move(*endpoint);
  for (const std::string& size : sizes) {
    auto policy = influx::policy_for(settings.endpoint, size);
    if (!policy) return std::unexpected{policy.error()};
    options.policies.push_back({size, std::move(*policy)});
  }
  options.batch = settings.batch.limits();
  options.timeout = settings.timeout;
  options.gzip_level = settings.gzip_level;
  return options;
}

class Sink::Impl {
 public:
  Impl(SinkOptions options, DeadLetterSink& dead_letters, const Clock& clock, metrics::Registry& registry, Logger log)
      : options_(std::move(options)),
        url_(parsed(options_.endpoint.url)),
        log_(std::move(log)),
        threads_("sink", 1),
        mailbox_(std::make_shared<Mailbox>(threads_.executor(0))),
        group_(threads_.executor(0), [this](auto child, auto message) { writer_failed(child, message); }),
        context_{options_, url_,     dead_letters,        clock,
                 health_,  mailbox_, requests_in_flight_, [this] { settled_.notify_all(); },
                 log_} {
    for (const SinkPolicy& policy : options_.policies) metrics_.try_emplace(policy.size, registry, policy.size);
    gauges_.push_back(registry.collect_gauge("metricstream_sink_queued_bytes", "Line protocol not yet settled.",
                                             [this] { return queued_bytes_by_size(); }));
    gauges_.push_back(registry.collect_gauge(
        "metricstream_sink_misconfigured", "1 while InfluxDB refuses every request of some lane.",
        [this] { return std::vector{metrics::LabelledValue{{}, health_.misconfigured() ? 1.0 : 0.0}}; }));
    threads_.start();
  }

  ~Impl() {
    gauges_.clear();
    std::vector<std::int32_t> open;
    for (const auto& [partition, set] : sets_) open.push_back(partition);
    for (const std::int32_t partition : open) close(partition);
    mailbox_->post([this] {
      for (const auto& writer : writers_) {
        if (const auto alive = writer.lock()) alive->abort();
      }
    });
    threads_.join();
    mailbox_->close();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  LaneSet& open(std::int32_t partition) {
    const std::lock_guard lock{mutex_};
    if (sets_.contains(partition)) throw std::logic_error{"partition is open already"};
    LaneSet::Lanes lanes;
    for (const SinkPolicy& policy : options_.policies) lanes.emplace(policy.size, start_lane(partition, policy));
    return sets_.try_emplace(partition, std::move(lanes)).first->second;
  }

  void close(std::int32_t partition) {
    const std::lock_guard lock{mutex_};
    const auto set = sets_.find(partition);
    if (set == sets_.end()) return;
    for (const auto& [size, lane] : set->second.lanes()) lane->close();
    sets_.erase(set);
    settled_.notify_all();
  }

  bool flush_and_wait(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock{mutex_};
    for (const auto& [partition, set] : sets_) {
      for (const auto& [size, lane] : set.lanes()) lane->flush();
    }
    // A settlement may fall between the check and the wait: it is seen at the next look.
    while (!all_settled()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      settled_.wait_for(lock, std::chrono::milliseconds{20});
    }
    return true;
  }

  [[nodiscard]] std::optional<std::string> misconfigured() const { return health_.misconfigured(); }
  [[nodiscard]] std::size_t requests_in_flight() const { return requests_in_flight_.load(); }
  [[nodiscard]] std::size_t queued_bytes() const {
    const std::lock_guard lock{mutex_};
    std::size_t bytes = 0;
    for (const auto& [partition, set] : sets_) bytes += set.queued_bytes();
    return bytes;
  }

 private:
  std::shared_ptr<Lane> start_lane(std::int32_t partition, const SinkPolicy& policy) {
    // The lane wakes a writer that exists only after it; the writer may be gone before the lane.
    auto slot = std::make_shared<std::weak_ptr<LaneWriter>>();
    auto lane = std::make_shared<Lane>(policy.policy, options_.batch, [mailbox = mailbox_, slot] {
      mailbox->post([slot] {
        if (const auto writer = slot->lock()) writer->wake();
      });
    });
    auto writer = std::make_shared<LaneWriter>(context_, partition, policy.size, lane, metrics_.at(policy.size));
    *slot = writer;
    mailbox_->post([this, writer] {
      std::erase_if(writers_, [](const auto& ended) { return ended.expired(); });
      writers_.push_back(writer);
      group_.spawn("lane writer", run_writer(writer));
    });
    return lane;
  }

  // A bug, or no memory: the lane stands still, so the process must not look healthy.
  void writer_failed(std::string_view child, std::string_view message) {
    log_.error("a lane stopped by an exception", {{"task", child}, {"err", message}});
    health_.set_misconfigured(-1, child, "stopped by an exception: " + std::string{message});
  }

  [[nodiscard]] bool all_settled() const {
    for (const auto& [partition, set] : sets_) {
      if (set.oldest_unsettled()) return false;
    }
    return true;
  }

  [[nodiscard]] std::vector<metrics::LabelledValue> queued_bytes_by_size() const {
    const std::lock_guard lock{mutex_};
    std::vector<metrics::LabelledValue> values;
    for (const SinkPolicy& policy : options_.policies) {
      std::size_t bytes = 0;
      for (const auto& [partition, set] : sets_) bytes += set.lane(policy.size).queued_bytes();
      values.push_back({{{"policy", policy.size}}, static_cast<double>(bytes)});
    }
    return values;
  }

  const SinkOptions options_;
  const http::Url url_;
  const Logger log_;
  SinkHealth health_;
  std::atomic<std::size_t> requests_in_flight_{0};
  std::map<std::string, SinkMetrics, std::less<>> metrics_;

  mutable std::mutex mutex_;  // guards sets_
  std::condition_variable settled_;
  std::map<std::int32_t, LaneSet> sets_;

  IoThreads threads_;
  std::shared_ptr<Mailbox> mailbox_;
  // The sink's thread only.
  TaskGroup group_;
  std::vector<std::weak_ptr<LaneWriter>> writers_;
  const WriterContext context_;
  std::vector<metrics::Registration> gauges_;
};

Sink::Sink(SinkOptions options, DeadLetterSink& dead_letters, const Clock& clock, metrics::Registry& registry,
           Logger log)
    : impl_(std::make_unique<Impl>(std::move(options), dead_letters, clock, registry, std::move(log))) {}
Sink::~Sink() = default;

LaneSet& Sink::open(std::int32_t partition) { return impl_->open(partition); }
void Sink::close(std::int32_t partition) { impl_->close(partition); }
bool Sink::flush_and_wait(std::chrono::milliseconds timeout) { return impl_->flush_and_wait(timeout); }
std::optional<std::string> Sink::misconfigured() const { return impl_->misconfigured(); }
std::size_t Sink::queued_bytes() const { return impl_->queued_bytes(); }
std::size_t Sink::requests_in_flight() const { return impl_->requests_in_flight(); }

}  // namespace metricstream::sink
