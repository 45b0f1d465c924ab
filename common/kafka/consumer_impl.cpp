#include "common/kafka/consumer_impl.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/kafka/client_conf.hpp"
#include "common/kafka/error_codes.hpp"
#include "common/kafka/offset_ranges.hpp"
#include "common/kafka/topic_metadata.hpp"

namespace metricstream::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kCloseLimit = 10s;

void set_properties(ClientConf& conf, const ConsumerSettings& settings) {
  conf.set("group.id", settings.group_id);
  if (!settings.instance_id.empty()) {
    conf.set("group.instance.id", settings.instance_id);
  }
  // Eager on purpose: cooperative rebalancing loses assignments in 2.0.2.
  conf.set("partition.assignment.strategy", "range");
  conf.set("session.timeout.ms", settings.session_timeout);
  conf.set("heartbeat.interval.ms", settings.heartbeat_interval);
  conf.set("max.poll.interval.ms", settings.max_poll_interval);
  conf.set("enable.auto.commit", "false");
  conf.set("enable.auto.offset.store", "false");
  conf.set("auto.offset.reset", "error");
  conf.set("check.crcs", "true");
  conf.set("queued.max.messages.kbytes", settings.queued_kbytes);
  conf.set("fetch.message.max.bytes", settings.fetch_max_bytes);
}

std::vector<std::int32_t> partitions_of(const rd_kafka_topic_partition_list_t* list) {
  std::vector<std::int32_t> partitions;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    partitions.push_back(list->elems[i].partition);
  }
  return partitions;
}

}  // namespace

Consumer::Impl::Impl(ConsumerSettings settings, ConsumerListener& listener, LogCallback log)
    : settings_(std::move(settings)), listener_(listener), log_(std::move(log)) {}

Consumer::Impl::~Impl() { close(); }

Result<void> Consumer::Impl::start() {
  ClientConf conf;
  set_properties(conf, settings_);
  set_callbacks(conf.get());
  conf.apply(settings_.client);
  auto client = conf.make_client(RD_KAFKA_CONSUMER);
  if (!client) {
    return std::unexpected(std::move(client.error()));
  }
  client_ = std::move(*client);
  rd_kafka_set_log_queue(client_.get(), nullptr);
  rd_kafka_poll_set_consumer(client_.get());
  commits_.emplace(*client_, settings_.topic);
  return {};
}

void Consumer::Impl::set_callbacks(rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_rebalance_cb(
      conf, [](rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions, void* opaque) {
        static_cast<Impl*>(opaque)->rebalance(code, partitions_of(partitions));
      });
  rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int code, const char* text, void* opaque) {
    static_cast<Impl*>(opaque)->tell_error(static_cast<rd_kafka_resp_err_t>(code), -1, -1, text);
  });
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t* client, int level, const char* facility, const char* text) {
    static_cast<Impl*>(rd_kafka_opaque(client))->log_(log_level_of(level), facility, text);
  });
}

std::optional<ConsumedMessage> Consumer::Impl::poll(std::chrono::milliseconds timeout) {
  if (!subscribed_) {
    subscribe();
  }
  serve_commits(0ms);
  OwnedMessage message(rd_kafka_consumer_poll(client_.get(), static_cast<int>(timeout.count())));
  if (!message) {
    return std::nullopt;
  }
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    tell_error(*message);
    return std::nullopt;
  }
  return std::optional<ConsumedMessage>(std::in_place, message.release());
}

void Consumer::Impl::subscribe() {
  subscribed_ = true;
  const OwnedList list = list_of(RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(client_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    tell_error(code, -1, -1, "subscribe");
  }
}

void Consumer::Impl::rebalance(rd_kafka_resp_err_t code, const std::vector<std::int32_t>& partitions) {
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !closing_) {
    owning_ = true;
    assigned_ = false;
    listener_.on_assigned(partitions);
    // Without an answer librdkafka would stay in its rebalance.
    if (!assigned_) {
      (void)assign({});
    }
    return;
  }
  // An assignment that comes while closing was never told, nor is its end.
  if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS && std::exchange(owning_, false)) {
    listener_.on_revoked(partitions, rd_kafka_assignment_lost(client_.get()) != 0);
  }
  rd_kafka_assign(client_.get(), nullptr);
}

Result<void> Consumer::Impl::assign(std::span<const PartitionOffset> positions) {
  const OwnedList list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const PartitionOffset& position : positions) {
    rd_kafka_topic_partition_list_add(list.get(), settings_.topic.c_str(), position.partition)->offset =
        position.offset;
  }
  // Pauses survive a rebalance in librdkafka, so they are taken back by hand.
  for (const std::int32_t partition : std::set(paused_)) {
    (void)resume(partition);
  }
  assigned_ = true;
  const auto code = rd_kafka_assign(client_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::unexpected(failure("assign", code, -1));
  }
  return {};
}

Result<std::vector<CommittedOffset>> Consumer::Impl::committed(std::span<const std::int32_t> partitions,
                                                               std::chrono::milliseconds timeout) {
  return fetch_committed(*client_, settings_.topic, partitions, timeout);
}

CommitError Consumer::Impl::commit_sync(std::span<const PartitionCommit> commits, std::chrono::milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  const auto left = [deadline] {
    return std::max(0ms, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()));
  };
  serve_commits(left());
  if (commits.empty()) {
    return CommitError::none;
  }
  if (!commits_->send(commits)) {
    return CommitError::coordinator_unavailable;
  }
  const auto answered = commits_->wait(left());
  return answered ? answered->first_error() : CommitError::coordinator_unavailable;
}

void Consumer::Impl::serve_commits(std::chrono::milliseconds timeout) {
  const auto answered = commits_->wait(timeout);
  if (!answered) {
    return;
  }
  for (const auto& [commit, error] : answered->answers) {
    listener_.on_committed(commit, error);
  }
}

Result<void> Consumer::Impl::pause(std::int32_t partition) {
  const OwnedList list = list_of(partition);
  auto result = outcome(rd_kafka_pause_partitions(client_.get(), list.get()), list, "pause");
  if (result) {
    paused_.insert(partition);
  }
  return result;
}

// 2.0.2 rewinds a partition that is resumed without having been paused.
Result<void> Consumer::Impl::resume(std::int32_t partition) {
  if (paused_.erase(partition) == 0) {
    return {};
  }
  const OwnedList list = list_of(partition);
  return outcome(rd_kafka_resume_partitions(client_.get(), list.get()), list, "resume");
}

Result<void> Consumer::Impl::seek(PartitionOffset position, std::chrono::milliseconds timeout) {
  const OwnedList list = list_of(position.partition);
  list->elems[0].offset = position.offset;
  const OwnedError error(rd_kafka_seek_partitions(client_.get(), list.get(), static_cast<int>(timeout.count())));
  return outcome(error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR, list, "seek");
}

Result<Watermarks> Consumer::Impl::watermarks(std::int32_t partition, std::chrono::milliseconds timeout) {
  const std::array<std::int32_t, 1> only{partition};
  const auto ranges = fetch_offset_ranges(*client_, settings_.topic, only, timeout);
  if (!ranges) {
    return std::unexpected(ranges.error());
  }
  return Watermarks{ranges->front().begin, ranges->front().end};
}

std::optional<Watermarks> Consumer::Impl::last_watermarks(std::int32_t partition) const {
  Watermarks marks;
  const auto code =
      rd_kafka_get_watermark_offsets(client_.get(), settings_.topic.c_str(), partition, &marks.low, &marks.high);
  const bool known = code == RD_KAFKA_RESP_ERR_NO_ERROR && marks.high >= 0;
  return known ? std::optional(marks) : std::nullopt;
}

Result<std::int32_t> Consumer::Impl::partition_count(std::chrono::milliseconds timeout) {
  return fetch_partition_count(*client_, settings_.topic, timeout);
}

// rd_kafka_consumer_close() may wait for ever in 2.0.2 (a reference count of a lost partition), hence the queue; its
// events are taken one by one, since serving callbacks aborts on the fetched messages that are still in it.
void Consumer::Impl::close() {
  if (!client_) {
    return;
  }
  closing_ = true;
  {
    const OwnedQueue closing(rd_kafka_queue_new(client_.get()));
    const OwnedError error(rd_kafka_consumer_close_queue(client_.get(), closing.get()));
    const auto deadline = SteadyClock::now() + kCloseLimit;
    while (!error && rd_kafka_consumer_closed(client_.get()) == 0 && SteadyClock::now() < deadline) {
      const OwnedEvent event(rd_kafka_queue_poll(closing.get(), 50));
      if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
        rebalance(rd_kafka_event_error(event.get()), partitions_of(rd_kafka_event_topic_partition_list(event.get())));
      }
      serve_commits(0ms);
    }
  }
  if (rd_kafka_consumer_closed(client_.get()) == 0) {
    log_(LogLevel::warning, "CLOSE", "the group was not left in time; the session time-out will end the membership");
  }
  serve_commits(0ms);
  commits_.reset();
  rd_kafka_destroy_flags(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void Consumer::Impl::tell_error(const rd_kafka_message_t& message) {
  tell_error(message.err, message.partition, message.offset, rd_kafka_message_errstr(&message));
}

void Consumer::Impl::tell_error(rd_kafka_resp_err_t code, std::int32_t partition, std::int64_t offset,
                                const char* text) {
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    return tell_fatal();
  }
  listener_.on_error({consumer_error_of(code), partition, std::max<std::int64_t>(offset, -1), text_of(code, text)});
}

void Consumer::Impl::tell_fatal() {
  if (std::exchange(fatal_told_, true)) {
    return;
  }
  std::array<char, 512> text{};
  const auto cause = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  listener_.on_error({fatal_error_of(cause), -1, -1, text_of(cause, text.data())});
}

OwnedList Consumer::Impl::list_of(std::int32_t partition) const {
  OwnedList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), settings_.topic.c_str(), partition);
  return list;
}

Error Consumer::Impl::failure(const char* what, rd_kafka_resp_err_t code, std::int32_t partition) const {
  const std::string where = partition < 0 ? std::string() : ", partition " + std::to_string(partition);
  return Error{"Kafka topic '" + settings_.topic + "'" + where + ": " + what + ": " + text_of(code)};
}

// Of a call that also answers for its one partition.
Result<void> Consumer::Impl::outcome(rd_kafka_resp_err_t code, const OwnedList& list, const char* what) const {
  const rd_kafka_topic_partition_t& only = list->elems[0];
  const auto worst = code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : only.err;
  if (worst == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {};
  }
  return std::unexpected(failure(what, worst, only.partition));
}

}  // namespace metricstream::kafka
