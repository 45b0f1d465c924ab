#include "common/kafka/log_reader.hpp"

#include <map>
#include <numeric>
#include <utility>

#include "common/kafka/client_conf.hpp"
#include "common/kafka/error_codes.hpp"
#include "common/kafka/offset_ranges.hpp"
#include "common/kafka/topic_metadata.hpp"

namespace metricstream::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Errors that no waiting heals, as a message; nullopt for the others.
std::optional<Error> lasting_error(const rd_kafka_message_t& message, const std::string& topic) {
  const ConsumerError error = consumer_error_of(message.err);
  const bool heals = error == ConsumerError::brokers_unreachable || error == ConsumerError::other;
  if (heals) {
    return std::nullopt;
  }
  return Error{"reading topic '" + topic + "', partition " + std::to_string(message.partition) + ", offset " +
               std::to_string(message.offset) + ": " + text_of(message.err, rd_kafka_message_errstr(&message))};
}

}  // namespace

class LogReader::Impl {
 public:
  Impl(std::string topic, LogCallback log) : topic_(std::move(topic)), log_(std::move(log)) {}

  ~Impl() {
    if (client_) {
      (void)assign({});
      rd_kafka_consumer_close(client_.get());
    }
  }

  Result<void> start(const ClientSettings& settings) {
    ClientConf conf;
    // librdkafka wants a group name for assign(); nothing is ever committed to it and nobody joins it.
    conf.set("group.id", "metricstream-log-reader");
    conf.set("enable.auto.commit", "false");
    conf.set("enable.auto.offset.store", "false");
    conf.set("auto.offset.reset", "error");
    conf.set("enable.partition.eof", "true");
    conf.set("check.crcs", "true");
    conf.report_to(log_);
    conf.apply(settings);
    auto client = conf.make_client(RD_KAFKA_CONSUMER);
    if (!client) {
      return std::unexpected(std::move(client.error()));
    }
    client_ = std::move(*client);
    rd_kafka_set_log_queue(client_.get(), nullptr);
    rd_kafka_poll_set_consumer(client_.get());
    return {};
  }

  Result<std::vector<OffsetRange>> ranges(std::chrono::milliseconds timeout) {
    const auto count = fetch_partition_count(*client_, topic_, timeout);
    if (!count) {
      return std::unexpected(count.error());
    }
    std::vector<std::int32_t> partitions(static_cast<std::size_t>(*count));
    std::iota(partitions.begin(), partitions.end(), 0);
    return fetch_offset_ranges(*client_, topic_, partitions, timeout);
  }

  Result<void> assign(std::span<const OffsetRange> from) {
    const OwnedList list(rd_kafka_topic_partition_list_new(static_cast<int>(from.size())));
    for (const OffsetRange& range : from) {
      rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), range.partition)->offset = range.begin;
    }
    const auto code = rd_kafka_assign(client_.get(), list.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail("cannot read topic '" + topic_ + "': " + text_of(code));
    }
    return {};
  }

  Result<void> read(std::span<const OffsetRange> ranges, std::chrono::milliseconds timeout,
                    const std::function<bool(const ConsumedMessage&)>& visit) {
    std::vector<OffsetRange> wanted;
    std::map<std::int32_t, std::int64_t> open;  // partition -> end, until it is reached
    for (const OffsetRange& range : ranges) {
      if (range.begin < range.end) {
        wanted.push_back(range);
        open.emplace(range.partition, range.end);
      }
    }
    auto result = assign(wanted);
    auto deadline = SteadyClock::now() + timeout;
    while (result && !open.empty()) {
      if (SteadyClock::now() > deadline) {
        result = fail("reading topic '" + topic_ + "': nothing came for " + std::to_string(timeout.count()) +
                      " ms, partition " + std::to_string(open.begin()->first) + " has not reached offset " +
                      std::to_string(open.begin()->second));
        break;
      }
      auto turn = read_one(open, visit);
      if (!turn) {
        result = std::unexpected(turn.error());
      } else if (*turn == Turn::stopped) {
        break;
      } else if (*turn == Turn::progress) {
        deadline = SteadyClock::now() + timeout;
      }
    }
    const auto released = assign({});
    return result ? released : result;
  }

  Result<std::optional<ConsumedMessage>> next(std::chrono::milliseconds timeout) {
    OwnedMessage message(rd_kafka_consumer_poll(client_.get(), static_cast<int>(timeout.count())));
    if (!message || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      return std::nullopt;
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      return std::optional<ConsumedMessage>(std::in_place, message.release());
    }
    if (auto error = lasting_error(*message, topic_)) {
      return std::unexpected(std::move(*error));
    }
    return std::nullopt;
  }

 private:
  enum class Turn : std::uint8_t { nothing, progress, stopped };

  Result<Turn> read_one(std::map<std::int32_t, std::int64_t>& open,
                        const std::function<bool(const ConsumedMessage&)>& visit) {
    OwnedMessage message(rd_kafka_consumer_poll(client_.get(), 100));
    if (!message) {
      return Turn::nothing;
    }
    const auto range = open.find(message->partition);
    const bool at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !at_end) {
      auto error = lasting_error(*message, topic_);
      return error ? Result<Turn>(std::unexpected(std::move(*error))) : Turn::nothing;
    }
    if (range == open.end()) {
      return Turn::nothing;
    }
    // Offsets may be missing before the end (transaction markers), so it is also reached by what lies behind it.
    const std::int64_t end = range->second;
    const std::int64_t reached = at_end ? message->offset : message->offset + 1;
    if (reached >= end) {
      open.erase(range);
    }
    if (at_end || message->offset >= end) {
      return reached >= end ? Turn::progress : Turn::nothing;
    }
    const ConsumedMessage visited(message.release());
    return visit(visited) ? Turn::progress : Turn::stopped;
  }

  const std::string topic_;
  const LogCallback log_;
  OwnedClient client_;
};

LogReader::LogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogReader::~LogReader() = default;

Result<std::unique_ptr<LogReader>> LogReader::create(ClientSettings settings, std::string topic, LogCallback log) {
  auto impl = std::make_unique<Impl>(std::move(topic), std::move(log));
  if (auto started = impl->start(settings); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<LogReader>(new LogReader(std::move(impl)));
}

Result<std::vector<OffsetRange>> LogReader::ranges(std::chrono::milliseconds timeout) { return impl_->ranges(timeout); }

Result<void> LogReader::read(std::span<const OffsetRange> ranges, std::chrono::milliseconds timeout,
                             const std::function<bool(const ConsumedMessage&)>& visit) {
  return impl_->read(ranges, timeout, visit);
}

Result<void> LogReader::follow(std::span<const OffsetRange> from) { return impl_->assign(from); }

Result<std::optional<ConsumedMessage>> LogReader::next(std::chrono::milliseconds timeout) {
  return impl_->next(timeout);
}

}  // namespace metricstream::kafka
