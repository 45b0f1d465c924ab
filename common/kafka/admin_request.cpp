#include "common/kafka/admin_request.hpp"

#include <array>

#include "common/kafka/client_conf.hpp"

namespace metricstream::kafka {
namespace {

using OwnedOptions = std::unique_ptr<rd_kafka_AdminOptions_t, CallDestroy<rd_kafka_AdminOptions_destroy>>;
using OwnedNewTopic = std::unique_ptr<rd_kafka_NewTopic_t, CallDestroy<rd_kafka_NewTopic_destroy>>;
using OwnedResource = std::unique_ptr<rd_kafka_ConfigResource_t, CallDestroy<rd_kafka_ConfigResource_destroy>>;

Result<OwnedOptions> make_options(rd_kafka_t& client, rd_kafka_admin_op_t operation,
                                  std::chrono::milliseconds timeout) {
  OwnedOptions options(rd_kafka_AdminOptions_new(&client, operation));
  std::array<char, 256> reason{};
  const auto milliseconds = static_cast<int>(timeout.count());
  auto code = rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds, reason.data(), reason.size());
  // Creation is answered only once every replica knows the topic.
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    code = rd_kafka_AdminOptions_set_operation_timeout(options.get(), milliseconds, reason.data(), reason.size());
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(std::string("Kafka admin request: ") + reason.data());
  }
  return options;
}

// The answer to the request made with this queue, or why there is none.
Result<OwnedEvent> await_answer(rd_kafka_queue_t& queue, const std::string& what) {
  // The request's own time-out ends it; without a limit here nothing can be missed.
  OwnedEvent event(rd_kafka_queue_poll(&queue, -1));
  if (!event) {
    return fail(what + ": no answer");
  }
  const auto code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(what + ": " + text_of(code, rd_kafka_event_error_string(event.get())));
  }
  return event;
}

Result<OwnedNewTopic> make_new_topic(const TopicSpec& spec) {
  std::array<char, 256> reason{};
  OwnedNewTopic topic(
      rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replication, reason.data(), reason.size()));
  if (!topic) {
    return fail("Kafka topic '" + spec.name + "': " + reason.data());
  }
  for (const auto& [name, value] : spec.config) {
    const auto code = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail("Kafka topic '" + spec.name + "', " + name + ": " + text_of(code));
    }
  }
  return topic;
}

}  // namespace

Result<void> request_topic(rd_kafka_t& client, const TopicSpec& spec, std::chrono::milliseconds timeout) {
  const std::string what = "cannot create the Kafka topic '" + spec.name + "'";
  const auto topic = make_new_topic(spec);
  const auto options = make_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
  if (!topic || !options) {
    return std::unexpected(topic ? options.error() : topic.error());
  }
  const OwnedQueue queue(rd_kafka_queue_new(&client));
  std::array<rd_kafka_NewTopic_t*, 1> topics{topic->get()};
  rd_kafka_CreateTopics(&client, topics.data(), topics.size(), options->get(), queue.get());
  const auto event = await_answer(*queue, what);
  if (!event) {
    return std::unexpected(event.error());
  }
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event->get());
  const rd_kafka_topic_result_t** answers = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(answers[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* detail = rd_kafka_topic_result_error_string(answers[i]);
      return fail(what + ": " + text_of(code, detail == nullptr ? "" : detail));
    }
  }
  return {};
}

Result<std::map<std::string, std::string>> describe_topic_config(rd_kafka_t& client, const std::string& topic,
                                                                 std::chrono::milliseconds timeout) {
  const std::string what = "cannot read the configuration of Kafka topic '" + topic + "'";
  const auto options = make_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
  if (!options) {
    return std::unexpected(options.error());
  }
  const OwnedQueue queue(rd_kafka_queue_new(&client));
  const OwnedResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  std::array<rd_kafka_ConfigResource_t*, 1> resources{resource.get()};
  rd_kafka_DescribeConfigs(&client, resources.data(), resources.size(), options->get(), queue.get());
  const auto event = await_answer(*queue, what);
  if (!event) {
    return std::unexpected(event.error());
  }
  std::size_t resource_count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
  const rd_kafka_ConfigResource_t** answers = rd_kafka_DescribeConfigs_result_resources(result, &resource_count);
  std::map<std::string, std::string> config;
  for (std::size_t i = 0; i < resource_count; ++i) {
    const auto code = rd_kafka_ConfigResource_error(answers[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail(what + ": " + text_of(code));
    }
    std::size_t entry_count = 0;
    const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(answers[i], &entry_count);
    for (std::size_t entry = 0; entry < entry_count; ++entry) {
      const char* value = rd_kafka_ConfigEntry_value(entries[entry]);  // null where it is a secret
      config.emplace(rd_kafka_ConfigEntry_name(entries[entry]), value == nullptr ? "" : value);
    }
  }
  return config;
}

}  // namespace metricstream::kafka
