#include "common/kafka/consumer.hpp"

#include <utility>

#include "common/kafka/consumer_impl.hpp"

namespace metricstream::kafka {

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::~Consumer() = default;

Result<std::unique_ptr<Consumer>> Consumer::create(ConsumerSettings settings, ConsumerListener& listener,
                                                   LogCallback log) {
  auto impl = std::make_unique<Impl>(std::move(settings), listener, std::move(log));
  if (auto started = impl->start(); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

std::optional<ConsumedMessage> Consumer::poll(std::chrono::milliseconds timeout) { return impl_->poll(timeout); }
Result<void> Consumer::assign(std::span<const PartitionOffset> positions) { return impl_->assign(positions); }

Result<std::vector<CommittedOffset>> Consumer::committed(std::span<const std::int32_t> partitions,
                                                         std::chrono::milliseconds timeout) {
  return impl_->committed(partitions, timeout);
}

bool Consumer::commit_async(std::span<const PartitionCommit> commits) { return impl_->commit_async(commits); }
bool Consumer::commit_in_flight() const { return impl_->commit_in_flight(); }

CommitError Consumer::commit_sync(std::span<const PartitionCommit> commits, std::chrono::milliseconds timeout) {
  return impl_->commit_sync(commits, timeout);
}

Result<void> Consumer::pause(std::int32_t partition) { return impl_->pause(partition); }
Result<void> Consumer::resume(std::int32_t partition) { return impl_->resume(partition); }
bool Consumer::is_paused(std::int32_t partition) const { return impl_->is_paused(partition); }

Result<void> Consumer::seek(PartitionOffset position, std::chrono::milliseconds timeout) {
  return impl_->seek(position, timeout);
}

Result<Watermarks> Consumer::watermarks(std::int32_t partition, std::chrono::milliseconds timeout) {
  return impl_->watermarks(partition, timeout);
}

std::optional<Watermarks> Consumer::last_watermarks(std::int32_t partition) const {
  return impl_->last_watermarks(partition);
}

Result<std::int32_t> Consumer::partition_count(std::chrono::milliseconds timeout) {
  return impl_->partition_count(timeout);
}

void Consumer::close() { impl_->close(); }

}  // namespace metricstream::kafka
