#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "common/kafka/consumer.hpp"
#include "tests/integration/kafka/producing.hpp"

namespace metricstream::test {

inline const std::string kGroup = "metricstream-aggregator";

inline kafka::ConsumerSettings consumer_settings(const MockKafka& cluster, std::string client_id) {
  kafka::ConsumerSettings settings;
  settings.client =
      cluster.client({{"retry.backoff.ms", "10"}, {"fetch.wait.max.ms", "20"}, {"fetch.error.backoff.ms", "20"}});
  settings.client.client_id = std::move(client_id);
  settings.topic = kTopic;
  settings.group_id = kGroup;
  settings.session_timeout = 4s;  // above the 3 s for which the mock holds a first join back
  settings.heartbeat_interval = 100ms;
  settings.max_poll_interval = 60s;
  return settings;
}

struct Commit {
  kafka::PartitionCommit commit;
  kafka::CommitError error = kafka::CommitError::none;
};

// A consumer and a listener that begins each partition at the group's commit, else at 0, and writes down the rest.
class GroupMember final : public kafka::ConsumerListener {
 public:
  explicit GroupMember(kafka::ConsumerSettings settings) {
    auto made = kafka::Consumer::create(std::move(settings), *this, ignore_log);
    if (made) {
      consumer = std::move(*made);
    } else {
      ADD_FAILURE() << made.error().message;
    }
  }
  // Closed while `consumer` still points to it: the listener is called meanwhile.
  ~GroupMember() override {
    at_revocation = nullptr;
    consumer->close();
  }
  GroupMember(const GroupMember&) = delete;
  GroupMember& operator=(const GroupMember&) = delete;

  void on_assigned(std::span<const std::int32_t> partitions) override {
    owned.assign(partitions.begin(), partitions.end());
    received.clear();
    ++assignments;
    if (begin_at_once) {
      begin();
    }
  }

  void begin() {
    const auto committed = consumer->committed(owned, 5s);
    ASSERT_TRUE(committed) << committed.error().message;
    std::vector<kafka::PartitionOffset> positions;
    for (const auto& entry : *committed) {
      positions.push_back({entry.partition, entry.offset.value_or(0)});
    }
    EXPECT_TRUE(consumer->assign(positions));
  }

  void on_revoked(std::span<const std::int32_t> partitions, bool was_lost) override {
    revoked.emplace_back(partitions.begin(), partitions.end());
    lost = was_lost;
    if (at_revocation) {
      at_revocation();
    }
    owned.clear();
  }
  void on_committed(const kafka::PartitionCommit& commit, kafka::CommitError error) override {
    commits.push_back({commit, error});
  }
  void on_error(const kafka::ConsumerFailure& failure) override { failures.push_back(failure); }

  void poll(std::chrono::milliseconds timeout = 10ms) {
    if (auto message = consumer->poll(timeout)) {
      received.push_back(
          {message->partition(), message->offset(), std::string(message->key()), std::string(message->payload())});
    }
  }

  template <class Condition>
  [[nodiscard]] bool poll_until(Condition condition, std::chrono::milliseconds limit = 15s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) {
        return false;
      }
      poll();
    }
    return true;
  }

  std::optional<kafka::ConsumerFailure> failure(kafka::ConsumerError error) const {
    for (const auto& each : failures) {
      if (each.error == error) {
        return each;
      }
    }
    return std::nullopt;
  }

  std::unique_ptr<kafka::Consumer> consumer;
  bool begin_at_once = true;
  std::function<void()> at_revocation;
  int assignments = 0;
  bool lost = false;
  std::vector<std::int32_t> owned;
  std::vector<std::vector<std::int32_t>> revoked;
  std::vector<Commit> commits;
  std::vector<kafka::ConsumerFailure> failures;
  std::vector<LoggedMessage> received;  // since the last assignment
};

}  // namespace metricstream::test
