#include "services/aggregator/dead_letter_queue.hpp"

#include <memory>
#include <utility>

namespace metricstream::aggregator {

void DeadLetterQueue::submit(sink::DeadLetter letter, std::function<void(bool stored)> done) {
  kafka::Message message;
  message.payload = std::move(letter.line);
  message.headers = {{"ms-kind", "line"},
                     {"ms-partition", std::to_string(letter.partition)},
                     {"ms-offset", std::to_string(letter.offset)},
                     {"ms-policy", std::move(letter.policy)},
                     {"ms-status", std::to_string(letter.status)},
                     {"ms-reason", std::move(letter.reason)}};
  send(std::move(message), std::move(done));
}

void DeadLetterQueue::submit_record(std::int32_t partition, std::int64_t offset, std::string_view record,
                                    std::string_view reason, std::function<void(bool stored)> done) {
  kafka::Message message;
  message.payload = record;
  message.headers = {{"ms-kind", "record"},
                     {"ms-partition", std::to_string(partition)},
                     {"ms-offset", std::to_string(offset)},
                     {"ms-reason", std::string(reason)}};
  send(std::move(message), std::move(done));
}

// The topic's partition does not matter: dead letters are rare and read by people.
void DeadLetterQueue::send(kafka::Message message, std::function<void(bool stored)> done) {
  message.topic = kDeadLetterTopic;
  message.partition = 0;
  // The report and the refusal exclude each other, but only one of them can own the callback.
  const auto shared = std::make_shared<std::function<void(bool)>>(std::move(done));
  const auto refused = producer_.submit(
      std::move(message), [shared](const kafka::DeliveryResult& result) { (*shared)(result.acknowledged()); });
  if (refused) (*shared)(false);
}

}  // namespace metricstream::aggregator
