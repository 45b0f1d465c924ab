#include "services/aggregator/aggregator.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "common/kafka/configuration.hpp"

namespace metricstream::aggregator {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPoll = 50ms;
constexpr std::chrono::milliseconds kAsk = 5s;       // blocking questions to brokers
constexpr std::chrono::milliseconds kAskTopic = 2s;  // at the start, again and again
constexpr TimeNs kTopicPause = kSecond;
constexpr TimeNs kTendInterval = 100 * kMillisecond;

}  // namespace

Aggregator::Aggregator(Parts parts, Logger log)
    : parts_(parts),
      settings_hash_(parts.fold_settings.hash()),
      log_(log.with("aggregator")),
      ticks_(parts.fold_settings) {}

Aggregator::~Aggregator() = default;

Result<void> Aggregator::start(kafka::ConsumerSettings settings, const std::atomic<bool>& stop) {
  const std::string brokers = settings.client.brokers;
  auto consumer = kafka::Consumer::create(std::move(settings), *this, kafka::log_to(log_));
  if (!consumer) return std::unexpected(consumer.error());
  consumer_ = std::move(*consumer);
  while (!stop.load(std::memory_order_relaxed)) {
    const auto partitions = consumer_->partition_count(kAskTopic);
    if (partitions) {
      return kafka::check_partition_count(parts_.settings.kafka.topic, *partitions, parts_.settings.kafka.partitions);
    }
    set_reason("waiting for Kafka at " + brokers + ": " + partitions.error().message);
    log_.repeated(LogLevel::warn, "waiting for Kafka", {{"brokers", brokers}, {"err", partitions.error()}});
    // Some answers, such as that there is no topic, come at once.
    for (const TimeNs end = boot_time_ns() + kTopicPause; boot_time_ns() < end && !stop;) {
      std::this_thread::sleep_for(kPoll);
    }
  }
  return {};
}

Result<void> Aggregator::run(const std::atomic<bool>& stop) {
  while (!stop.load(std::memory_order_relaxed) && !fatal_) {
    if (const auto message = consumer_->poll(kPoll)) on_message(*message);
    const TimeNs now = boot_time_ns();
    if (now >= next_tend_) tend(now);
  }
  if (!fatal_) drain();
  consumer_->close();
  if (fatal_) return fail(*fatal_);
  return {};
}

void Aggregator::on_message(const kafka::ConsumedMessage& message) {
  const auto place = partitions_.find(message.partition());
  if (place == partitions_.end()) return;
  Partition& partition = *place->second;
  ticks_.touch(message.partition(), boot_time_ns());
  switch (partition.on_message(entry_of(message))) {
    case Partition::Outcome::folded:
      sought_.erase(message.partition());
      break;
    case Partition::Outcome::ignored:
      break;
    case Partition::Outcome::gap:
      on_gap(partition, message);
      break;
    case Partition::Outcome::stopped:
      if (auto ok = consumer_->pause(message.partition()); !ok) log_.warn("pause failed", {{"err", ok.error()}});
      break;
  }
}

// Without transactions and compaction offsets have no holes. A hole may be an error of the client, so it is asked once
// more; one in the log itself stops the partition.
void Aggregator::on_gap(Partition& partition, const kafka::ConsumedMessage& message) {
  if (!sought_.insert(partition.id()).second) {
    partition.stop("the log has a hole: expected offset " + std::to_string(partition.expected()) +
                   ", the next one is " + std::to_string(message.offset()));
    return;
  }
  log_.warn("offsets are missing, asking again",
            {{"partition", partition.id()}, {"expected", partition.expected()}, {"got", message.offset()}});
  if (auto ok = consumer_->seek({partition.id(), partition.expected()}, kAsk); !ok) {
    partition.stop("seek to offset " + std::to_string(partition.expected()) + " failed: " + ok.error().message);
  }
}

void Aggregator::tend(TimeNs now) {
  next_tend_ = now + kTendInterval;
  if (!waiting_.empty() && now >= next_adopt_) adopt_waiting();
  balance_pressure();
  if (now >= next_commit_) commit(now);
  send_ticks(now);
  publish_status();
}

TimeNs Aggregator::commit_interval() const { return std::min(5 * kSecond, parts_.lease.length() / 3); }

std::vector<kafka::PartitionCommit> Aggregator::commits() {
  std::vector<kafka::PartitionCommit> out;
  for (const auto& [id, partition] : partitions_) {
    if (auto commit = partition->commit()) out.push_back(std::move(*commit));
  }
  return out;
}

void Aggregator::commit(TimeNs now) {
  if (partitions_.empty() || consumer_->commit_in_flight()) return;
  const std::vector<kafka::PartitionCommit> all = commits();
  if (all.empty()) return;
  commit_sent_at_ = now;
  commit_generation_ = generation_;
  next_commit_ = now + commit_interval();
  if (!consumer_->commit_async(all)) log_.debug("an earlier commit is still unanswered");
}

void Aggregator::on_committed(const kafka::PartitionCommit& commit, kafka::CommitError error) {
  parts_.metrics.count_commit(error == kafka::CommitError::none);
  if (error == kafka::CommitError::none) {
    // An answer to an earlier generation's commit says nothing about what was assigned since.
    if (commit_generation_ == generation_) parts_.lease.renew(commit_sent_at_);
    committed_[commit.partition] = commit.offset;
    return;
  }
  log_.repeated(LogLevel::warn, "commit failed", {{"partition", commit.partition}, {"err", kafka::name_of(error)}});
  if (kafka::keeps_ownership(error)) return;
  parts_.lease.end();
  if (error == kafka::CommitError::fenced) {
    fatal_ = fenced();
  }
}

std::string Aggregator::fenced() const {
  return "another process uses group.instance_id '" + parts_.settings.group.instance_id +
         "': each process needs one of its own";
}

void Aggregator::send_ticks(TimeNs now) {
  if (paused_) return;
  for (const auto& [id, partition] : partitions_) {
    if (partition->stopped() || partition->replaying() || !ticks_.is_due(id, now)) continue;
    ticks_.touch(id, now);
    kafka::Message tick;
    tick.partition = id;
    tick.payload = encode_tick(parts_.clock.now(), parts_.fold_settings);
    // A lost tick is followed by the next one.
    const auto refused = parts_.producer.submit(std::move(tick), [](const kafka::DeliveryResult&) {});
    if (refused) {
      log_.repeated(LogLevel::warn, "a tick was refused: windows of idle partitions close later",
                    {{"partition", id}, {"err", kafka::name_of(refused->status)}});
    }
  }
}

// Consuming waits for output only, never for memory: windows close only by consuming.
void Aggregator::balance_pressure() {
  const std::size_t queued = parts_.sink.queued_bytes();
  const std::uint64_t limit = parts_.settings.queue_limit.bytes;
  const bool pause = paused_ ? queued > limit / 2 : queued > limit;
  if (pause == paused_) return;
  paused_ = pause;
  parts_.metrics.set_paused(pause);
  log_.repeated(LogLevel::warn, pause ? "consuming pauses: InfluxDB is behind" : "consuming goes on",
                {{"queued_bytes", queued}});
  for (const auto& [id, partition] : partitions_) {
    if (partition->stopped()) continue;
    const auto ok = pause ? consumer_->pause(id) : consumer_->resume(id);
    if (!ok) log_.warn("pause or resume failed", {{"partition", id}, {"err", ok.error()}});
  }
}

void Aggregator::on_error(const kafka::ConsumerFailure& failure) {
  switch (kafka::action_for(failure.error)) {
    case kafka::ConsumerAction::wait:
      log_.repeated(LogLevel::warn, "consumer error",
                    {{"err", kafka::name_of(failure.error)}, {"detail", failure.text}});
      break;
    case kafka::ConsumerAction::stop_partition: {
      const auto place = partitions_.find(failure.partition);
      const std::string reason = std::string(kafka::name_of(failure.error)) + ": " + failure.text;
      if (place != partitions_.end()) {
        place->second->stop(reason);
      } else {
        log_.repeated(LogLevel::error, "consumer error", {{"partition", failure.partition}, {"err", reason}});
      }
      break;
    }
    case kafka::ConsumerAction::stop_process:
      fatal_ = failure.error == kafka::ConsumerError::fenced
                   ? fenced()
                   : std::string(kafka::name_of(failure.error)) + ": " + failure.text;
      break;
  }
}

// What is queued for InfluxDB goes out, as far as the time allows; the rest is read again by whoever comes next.
void Aggregator::drain() {
  set_reason("shutting down");
  log_.info("draining", {{"queued_bytes", parts_.sink.queued_bytes()}});
  if (!parts_.sink.flush_and_wait(parts_.settings.shutdown_timeout)) {
    log_.warn("InfluxDB did not take everything in time; it is written again after the next start");
  }
}

void Aggregator::publish_status() {
  std::map<std::int32_t, PartitionStatus> all;
  std::optional<std::string> reason;
  if (!assigned_once_) reason = "waiting for the group's first assignment";
  if (!waiting_.empty()) {
    reason = "partition " + std::to_string(waiting_.front()) + ": Kafka has not said yet where to begin";
  }
  for (const auto& [id, why] : refused_) {
    reason = "partition " + std::to_string(id) + ": " + why;
    all[id].stopped = true;
  }
  for (const auto& [id, partition] : partitions_) {
    const fold::PartitionFold& fold = partition->fold();
    parts_.metrics.add(std::exchange(accounts_[id], fold.account()), fold.account());
    const std::uint64_t buried = partition->dead_lettered_records();
    parts_.metrics.add_dead_lettered_records(buried - std::exchange(buried_[id], buried));
    PartitionStatus& status = all[id];
    status.next_offset = partition->expected();
    status.committed_offset = committed_[id];
    if (const auto watermarks = consumer_->last_watermarks(id)) status.log_end = watermarks->high;
    status.stream_time_seconds = static_cast<double>(fold.next().stream_time) / kSecond;
    status.closed_through_seconds = static_cast<double>(fold.closed_through()) / kSecond;
    status.open_blocks = fold.open_blocks();
    status.open_samples = fold.open_samples();
    status.series = fold.series_count();
    status.batch_keys = fold.key_count();
    status.replayed_records = partition->replayed_records();
    status.stopped = partition->stopped().has_value();
    if (partition->stopped()) reason = "partition " + std::to_string(id) + " stopped: " + *partition->stopped();
  }
  parts_.metrics.set_lease(parts_.lease.holds(boot_time_ns()));
  parts_.metrics.set_partitions(std::move(all));
  if (const auto refused = parts_.sink.misconfigured()) reason = *refused;
  set_reason(std::move(reason));
}

void Aggregator::set_reason(std::optional<std::string> reason) {
  const std::lock_guard lock(reason_mutex_);
  reason_ = std::move(reason);
}

std::optional<std::string> Aggregator::not_ready() const {
  const std::lock_guard lock(reason_mutex_);
  return reason_;
}

}  // namespace metricstream::aggregator
