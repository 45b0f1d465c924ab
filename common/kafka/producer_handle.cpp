#include "common/kafka/producer_handle.hpp"

#include <utility>

#include "common/kafka/client_conf.hpp"
#include "common/kafka/topic_metadata.hpp"

namespace metricstream::kafka {
namespace {

// After so many events serve() returns, so that a flood of reports does not keep a fatal error or the end waiting.
constexpr int kEventsPerTurn = 64;

Result<OwnedClient> make_client(const ProducerSettings& settings) {
  ClientConf conf;
  conf.set("enable.idempotence", settings.idempotence ? "true" : "false");
  conf.set("acks", "all");
  conf.set("compression.type", "lz4");
  conf.set("linger.ms", settings.linger);
  conf.set("message.timeout.ms", settings.message_timeout);
  conf.set("request.timeout.ms", 10'000);
  conf.set("socket.timeout.ms", 15'000);
  conf.set("message.max.bytes", settings.max_message_bytes);
  conf.set("queue.buffering.max.messages", settings.queue_messages);
  conf.set("queue.buffering.max.kbytes", settings.queue_kbytes);
  conf.set("topic.metadata.refresh.interval.ms", 60'000);
  conf.set("statistics.interval.ms", 5'000);
  rd_kafka_conf_set_events(conf.get(),
                           RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS);
  conf.apply(settings.client);
  return conf.make_client(RD_KAFKA_PRODUCER);
}

}  // namespace

// Owns a message's bytes from submit() to its report; travels through librdkafka as the message's opaque.
struct ProducerHandle::Delivery {
  std::string payload;
  DeliveryCallback on_report;
  Delivery* previous = nullptr;
  Delivery* next = nullptr;
};

Result<std::unique_ptr<ProducerHandle>> ProducerHandle::create(const ProducerSettings& settings,
                                                               ProducerCounters& counters, const LogCallback& log) {
  auto client = make_client(settings);
  if (!client) {
    return std::unexpected(std::move(client.error()));
  }
  std::unique_ptr<ProducerHandle> handle(new ProducerHandle(counters, log));
  handle->client_ = std::move(*client);
  handle->topic_.reset(rd_kafka_topic_new(handle->client_.get(), settings.topic.c_str(), nullptr));
  if (!handle->topic_) {
    return fail("Kafka topic '" + settings.topic + "': " + rd_kafka_err2str(rd_kafka_last_error()));
  }
  handle->events_.reset(rd_kafka_queue_get_main(handle->client_.get()));
  rd_kafka_set_log_queue(handle->client_.get(), handle->events_.get());
  return handle;
}

ProducerHandle::~ProducerHandle() {
  events_.reset();
  topic_.reset();
  client_.reset();  // joins librdkafka's threads: from here on nobody but us knows the deliveries
  while (first_ != nullptr) {
    finish(*first_, {DeliveryStatus::failed, {}, "the producer was closed before the report came"});
  }
}

std::optional<DeliveryResult> ProducerHandle::submit(Message&& message, DeliveryCallback&& on_report) {
  auto delivery = std::make_unique<Delivery>(std::move(message.payload), std::move(on_report));
  const std::size_t bytes = delivery->payload.size();
  counters_.in_flight_messages += 1;
  counters_.in_flight_bytes += bytes;
  link(*delivery);
  auto refused = produce(*delivery, message);
  if (refused) {  // such a message gets no report
    unlink(*delivery);
    counters_.in_flight_bytes -= bytes;
    counters_.in_flight_messages -= 1;
    return refused;
  }
  (void)delivery.release();  // owned by librdkafka until serve_reports(), which may already have freed it
  return std::nullopt;
}

std::optional<DeliveryResult> ProducerHandle::produce(Delivery& delivery, const Message& message) {
  std::vector<rd_kafka_vu_t> arguments;
  arguments.reserve(7);
  const auto add = [&arguments](rd_kafka_vtype_t type) -> auto& {
    arguments.push_back({});
    arguments.back().vtype = type;
    return arguments.back().u;
  };
  if (message.topic.empty()) {
    add(RD_KAFKA_VTYPE_RKT).rkt = topic_.get();
  } else {
    add(RD_KAFKA_VTYPE_TOPIC).cstr = message.topic.c_str();
  }
  add(RD_KAFKA_VTYPE_PARTITION).i32 = message.partition;
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = 0;  // neither copied nor blocking: the delivery owns the payload
  add(RD_KAFKA_VTYPE_VALUE).mem = {delivery.payload.data(), delivery.payload.size()};
  if (!message.key.empty()) {
    add(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(message.key.data()), message.key.size()};
  }
  // A list of our own, not RD_KAFKA_VTYPE_HEADER: librdkafka 2.0.2 frees those twice when the topic or partition has
  // gone away (tried: it crashes).
  OwnedHeaders headers(rd_kafka_headers_new(message.headers.size()));
  for (const Header& header : message.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  add(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();
  add(RD_KAFKA_VTYPE_OPAQUE).ptr = &delivery;
  const OwnedError error(rd_kafka_produceva(client_.get(), arguments.data(), arguments.size()));
  if (!error) {
    (void)headers.release();  // librdkafka's now; on failure they stay ours
    return std::nullopt;
  }
  return refusal(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
}

DeliveryResult ProducerHandle::refusal(rd_kafka_resp_err_t code, const char* text) {
  // Nothing of it was sent, whatever the reason: for a second after Kafka has forbidden a topic all goes this way.
  DeliveryResult result{DeliveryStatus::unavailable, {}, text_of(code, text)};
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    result.status = DeliveryStatus::queue_full;
    counters_.queue_full += 1;
  } else if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    result.status = DeliveryStatus::message_too_large;
  } else if (rd_kafka_fatal_error(client_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // The code is then that of the fatal error's cause.
    fatal_ = true;
    interrupt();
  }
  return result;
}

void ProducerHandle::serve(std::chrono::milliseconds timeout) {
  auto wait = static_cast<int>(timeout.count());
  for (int served = 0; served < kEventsPerTurn; ++served) {
    const OwnedEvent event(rd_kafka_queue_poll(events_.get(), wait));
    if (!event) {
      return;
    }
    serve(*event);
    wait = 0;
  }
}

void ProducerHandle::serve(rd_kafka_event_t& event) {
  switch (rd_kafka_event_type(&event)) {
    case RD_KAFKA_EVENT_DR:
      return serve_reports(event);
    case RD_KAFKA_EVENT_ERROR:
      return serve_error(event);
    case RD_KAFKA_EVENT_LOG:
      return serve_log(event);
    case RD_KAFKA_EVENT_STATS:
      statistics_ = parse_statistics(rd_kafka_event_stats(&event));
      return;
    default:
      return;
  }
}

void ProducerHandle::serve_reports(rd_kafka_event_t& event) {
  while (const rd_kafka_message_t* report = rd_kafka_event_message_next(&event)) {
    if (report->err == RD_KAFKA_RESP_ERR__FATAL) {
      fatal_ = true;
    }
    finish(*static_cast<Delivery*>(report->_private), result_of(*report));
  }
}

DeliveryResult ProducerHandle::result_of(const rd_kafka_message_t& report) const {
  if (report.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Also MSG_SIZE_TOO_LARGE: the broker says it of a whole batch, in which this message may be a small one.
    return {DeliveryStatus::failed, {}, text_of(report.err)};
  }
  if (retired_) {
    return {DeliveryStatus::failed, {}, "acknowledged after a fatal error of the producer"};
  }
  if (report.offset < 0) {
    // librdkafka's conclusion, not Kafka's answer: a later message was stored, so this one must have been. A Kafka that
    // has no state of this producer (a new partition, the first message after a day) stores the later one all the same.
    return {DeliveryStatus::failed, {}, "no offset: acknowledged only through a later message, which proves nothing"};
  }
  return {DeliveryStatus::acknowledged, report.offset, {}};
}

void ProducerHandle::serve_error(rd_kafka_event_t& event) {
  const rd_kafka_resp_err_t code = rd_kafka_event_error(&event);
  const char* text = rd_kafka_event_error_string(&event);
  if (rd_kafka_event_error_is_fatal(&event) != 0) {  // the code is that of its cause
    fatal_ = true;
    log_(LogLevel::error, rd_kafka_err2name(code), text);
    return;
  }
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    brokers_down_ = true;
  }
  log_(LogLevel::warning, rd_kafka_err2name(code), text);
}

void ProducerHandle::serve_log(rd_kafka_event_t& event) {
  const char* facility = nullptr;
  const char* text = nullptr;
  int level = 0;
  if (rd_kafka_event_log(&event, &facility, &text, &level) == 0) {
    log_(log_level_of(level), facility, text);
  }
}

bool ProducerHandle::fetch_metadata(std::chrono::milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(client_.get(), 0, topic_.get(), &raw, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  const OwnedMetadata metadata(raw);
  return metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

Result<std::int32_t> ProducerHandle::partition_count(const std::string& topic, std::chrono::milliseconds timeout) {
  return fetch_partition_count(*client_, topic, timeout);
}

bool ProducerHandle::is_empty() const {
  const std::scoped_lock lock(mutex_);
  return first_ == nullptr;
}

void ProducerHandle::finish(Delivery& finished, DeliveryResult result) {
  const std::unique_ptr<Delivery> delivery(&finished);
  unlink(*delivery);
  (result.acknowledged() ? counters_.acknowledged : counters_.failed) += 1;
  DeliveryCallback on_report = std::move(delivery->on_report);
  on_report(std::move(result));
  // Last, so that "nothing in flight" means that every callback has run.
  counters_.in_flight_bytes -= delivery->payload.size();
  counters_.in_flight_messages -= 1;
}

void ProducerHandle::link(Delivery& delivery) {
  const std::scoped_lock lock(mutex_);
  delivery.next = first_;
  if (first_ != nullptr) {
    first_->previous = &delivery;
  }
  first_ = &delivery;
}

void ProducerHandle::unlink(Delivery& delivery) {
  const std::scoped_lock lock(mutex_);
  (delivery.previous == nullptr ? first_ : delivery.previous->next) = delivery.next;
  if (delivery.next != nullptr) {
    delivery.next->previous = delivery.previous;
  }
}

}  // namespace metricstream::kafka
