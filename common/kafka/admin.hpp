#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/kafka/settings.hpp"
#include "common/kafka/topic.hpp"

namespace metricstream::kafka {

struct GroupDescription {
  std::string state;                 // Kafka's word: Empty, Stable, PreparingRebalance, CompletingRebalance, Dead
  std::vector<std::string> members;  // client ids, with the host in parentheses
  // Offsets of a group can be changed from outside only when it has no member.
  [[nodiscard]] bool is_empty() const { return members.empty(); }
};

enum class FirstCommit : std::uint8_t {
  committed,          // offset 0 with the metadata given
  already_committed,  // the group has an offset here: left alone
  log_not_at_start,   // the log begins above 0: its beginning is gone, an operator has to decide
};

struct FirstCommitResult {
  std::int32_t partition = 0;
  FirstCommit outcome = FirstCommit::committed;
  std::int64_t offset = 0;  // the offset found: the group's, or the log's start
  std::string metadata;     // the group's, where there is one
};

// Set-up and inspection of topics and groups. Every call blocks up to the time-out given at creation. One thread.
class Admin {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Admin>> create(ClientSettings settings, std::chrono::milliseconds timeout,
                                                             LogCallback log);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  [[nodiscard]] Result<std::int32_t> broker_count();
  [[nodiscard]] Result<std::vector<std::string>> topics();

  // nullopt: no such topic (it is not created by asking).
  [[nodiscard]] Result<std::optional<TopicDescription>> describe_topic(const std::string& name);
  // Returns once the brokers know the topic, so that describing or using it works.
  [[nodiscard]] Result<void> create_topic(const TopicSpec& spec);

  // A group never seen by the brokers is described as empty ("Dead").
  [[nodiscard]] Result<GroupDescription> describe_group(const std::string& group);

  // Commits offset 0 with `metadata` for each partition of `topic` where the group has no offset and the log starts
  // at 0; what `dry_run` would do is told without doing it. Fails as a whole, with nothing guessed, when a broker's
  // answer says so (also when the group has active members) or when a read-back does not show what was committed.
  [[nodiscard]] Result<std::vector<FirstCommitResult>> commit_first(const std::string& group, const std::string& topic,
                                                                    const std::string& metadata, bool dry_run);

 private:
  class Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metricstream::kafka
