#pragma once

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "common/kafka/producer.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mock_kafka.hpp"

namespace metricstream::test {

using namespace std::chrono_literals;

inline const std::string kTopic = "metrics-raw";

inline kafka::ProducerSettings producer_settings(const MockKafka& cluster,
                                                 std::map<std::string, std::string> properties = {}) {
  kafka::ProducerSettings settings;
  // The default of 100 ms between attempts would make up most of these tests' time.
  properties.emplace("retry.backoff.ms", "10");
  settings.client = cluster.client(std::move(properties));
  settings.topic = kTopic;
  settings.message_timeout = 5s;
  return settings;
}

inline std::unique_ptr<kafka::Producer> make_producer(kafka::ProducerSettings settings) {
  auto producer = kafka::Producer::create(std::move(settings), ignore_log);
  if (!producer) {
    ADD_FAILURE() << producer.error().message;
    return nullptr;
  }
  return std::move(*producer);
}

// The report as a future; a refusal is a report that is there at once.
inline std::future<kafka::DeliveryResult> submit(kafka::Producer& producer, kafka::Message message) {
  auto promise = std::make_shared<std::promise<kafka::DeliveryResult>>();
  auto future = promise->get_future();
  auto refused = producer.submit(std::move(message), [promise](kafka::DeliveryResult result) {
    promise->set_value(std::move(result));  // a second report would throw here
  });
  if (refused) {
    promise->set_value(std::move(*refused));
  }
  return future;
}

inline kafka::Message message_to(std::int32_t partition, std::string payload) {
  kafka::Message message;
  message.partition = partition;
  message.key = "client";
  message.payload = std::move(payload);
  return message;
}

inline kafka::DeliveryResult produce(kafka::Producer& producer, std::int32_t partition, std::string payload) {
  return submit(producer, message_to(partition, std::move(payload))).get();
}

inline std::vector<std::string> payloads_of(const std::vector<LoggedMessage>& log) {
  std::vector<std::string> payloads;
  for (const LoggedMessage& message : log) {
    payloads.push_back(message.payload);
  }
  return payloads;
}

}  // namespace metricstream::test
