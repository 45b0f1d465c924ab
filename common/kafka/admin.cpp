#include "common/kafka/admin.hpp"

#include <numeric>
#include <thread>
#include <utility>

#include "common/kafka/admin_request.hpp"
#include "common/kafka/client_conf.hpp"
#include "common/kafka/offset_commits.hpp"
#include "common/kafka/offset_ranges.hpp"
#include "common/kafka/topic_metadata.hpp"

namespace metricstream::kafka {
namespace {

constexpr std::chrono::milliseconds kTopicPoll{20};

using OwnedGroups = std::unique_ptr<const rd_kafka_group_list, CallDestroy<rd_kafka_group_list_destroy>>;

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

std::string of_partition(const std::string& topic, std::int32_t partition) {
  return "topic '" + topic + "', partition " + std::to_string(partition);
}

}  // namespace

class Admin::Impl {
 public:
  Impl(ClientSettings settings, std::chrono::milliseconds timeout, LogCallback log)
      : settings_(std::move(settings)), timeout_(timeout), log_(std::move(log)) {}

  Result<void> start() {
    // A consumer handle: unlike a producer's, its questions about a topic never make the broker create it.
    auto client = make_client("metricstream-admin");
    if (!client) {
      return std::unexpected(std::move(client.error()));
    }
    client_ = std::move(*client);
    return {};
  }

  Result<OwnedMetadata> cluster() {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto code = rd_kafka_metadata(client_.get(), 1, nullptr, &raw, timeout_ms());
    rd_kafka_poll(client_.get(), 0);  // logs
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail("cannot ask Kafka at " + settings_.brokers + ": " + text_of(code));
    }
    return OwnedMetadata(raw);
  }

  Result<std::optional<TopicDescription>> describe_topic(const std::string& name) {
    const auto shape = fetch_topic_shape(*client_, name, timeout_);
    if (!shape) {
      return std::unexpected(shape.error());
    }
    if (!*shape) {
      return std::nullopt;
    }
    TopicDescription description{name, (*shape)->partitions, (*shape)->replication, {}};
    auto config = describe_topic_config(*client_, name, timeout_);
    if (!config) {
      return std::unexpected(std::move(config.error()));
    }
    description.config = std::move(*config);
    return description;
  }

  Result<void> create_topic(const TopicSpec& spec) {
    auto created = request_topic(*client_, spec, timeout_);
    return created ? await_topic(spec) : created;
  }

  Result<GroupDescription> describe_group(const std::string& group) {
    const rd_kafka_group_list* raw = nullptr;
    const auto code = rd_kafka_list_groups(client_.get(), group.c_str(), &raw, timeout_ms());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail("cannot describe the consumer group '" + group + "': " + text_of(code));
    }
    const OwnedGroups groups(raw);
    GroupDescription description{"Dead", {}};
    for (int i = 0; i < groups->group_cnt; ++i) {
      const rd_kafka_group_info& info = groups->groups[i];
      if (info.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fail("cannot describe the consumer group '" + group + "': " + text_of(info.err));
      }
      description.state = text_or_empty(info.state);
      for (int member = 0; member < info.member_cnt; ++member) {
        description.members.push_back(text_or_empty(info.members[member].client_id) + " (" +
                                      text_or_empty(info.members[member].client_host) + ")");
      }
    }
    return description;
  }

  Result<std::vector<FirstCommitResult>> commit_first(const std::string& group, const std::string& topic,
                                                      const std::string& metadata, bool dry_run) {
    auto member = make_client(group);
    if (!member) {
      return std::unexpected(std::move(member.error()));
    }
    auto results = plan_first(**member, topic);
    if (!results) {
      return results;
    }
    std::vector<PartitionCommit> commits;
    for (FirstCommitResult& result : *results) {
      if (result.outcome == FirstCommit::committed) {
        result.metadata = metadata;
        commits.push_back({result.partition, 0, metadata});
      }
    }
    if (dry_run || commits.empty()) {
      return results;
    }
    auto committed = commit_and_read_back(**member, topic, commits);
    if (!committed) {
      return fail("consumer group '" + group + "': " + committed.error().message);
    }
    return results;
  }

 private:
  Result<OwnedClient> make_client(const std::string& group) {
    ClientConf conf;
    conf.set("group.id", group);
    conf.set("enable.auto.commit", "false");
    conf.report_to(log_);
    conf.apply(settings_);
    auto client = conf.make_client(RD_KAFKA_CONSUMER);
    if (client) {
      rd_kafka_set_log_queue(client->get(), nullptr);
    }
    return client;
  }

  // A broker learns of a topic a little after the controller has made it.
  Result<void> await_topic(const TopicSpec& spec) {
    const auto deadline = std::chrono::steady_clock::now() + timeout_;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto shape = fetch_topic_shape(*client_, spec.name, timeout_);
      if (shape && *shape && (*shape)->partitions == spec.partitions) {
        return {};
      }
      std::this_thread::sleep_for(kTopicPoll);
    }
    return fail("the Kafka topic '" + spec.name + "' was created, but the brokers do not know it after " +
                std::to_string(timeout_.count()) + " ms");
  }

  // What a first commit would do, partition by partition.
  Result<std::vector<FirstCommitResult>> plan_first(rd_kafka_t& member, const std::string& topic) {
    const auto count = fetch_partition_count(member, topic, timeout_);
    if (!count) {
      return std::unexpected(count.error());
    }
    std::vector<std::int32_t> partitions(static_cast<std::size_t>(*count));
    std::iota(partitions.begin(), partitions.end(), 0);
    const auto existing = fetch_committed(member, topic, partitions, timeout_);
    if (!existing) {
      return std::unexpected(existing.error());
    }
    const auto ranges = fetch_offset_ranges(member, topic, partitions, timeout_);
    if (!ranges) {
      return std::unexpected(ranges.error());
    }
    std::vector<FirstCommitResult> results;
    for (const CommittedOffset& found : *existing) {
      const std::int64_t low = (*ranges)[static_cast<std::size_t>(found.partition)].begin;
      if (found.offset) {
        results.push_back({found.partition, FirstCommit::already_committed, *found.offset, found.metadata});
      } else {
        results.push_back(
            {found.partition, low == 0 ? FirstCommit::committed : FirstCommit::log_not_at_start, low, {}});
      }
    }
    return results;
  }

  Result<void> commit_and_read_back(rd_kafka_t& member, const std::string& topic,
                                    const std::vector<PartitionCommit>& commits) {
    OffsetCommits requests(member, topic);
    (void)requests.send(commits);
    const auto answered = requests.wait(timeout_);
    if (!answered) {
      return fail("the commit was not answered in time; whether it is stored is unknown, run this again");
    }
    for (const auto& [commit, error] : answered->answers) {
      if (error != CommitError::none) {
        return fail("the commit of " + of_partition(topic, commit.partition) + " failed: " + name_of(error) +
                    (error == CommitError::ownership_lost
                         ? " (the group has active members: stop its aggregators first)"
                         : ""));
      }
    }
    std::vector<std::int32_t> partitions;
    for (const PartitionCommit& commit : commits) {
      partitions.push_back(commit.partition);
    }
    const auto stored = fetch_committed(member, topic, partitions, timeout_);
    if (!stored) {
      return std::unexpected(stored.error());
    }
    for (std::size_t i = 0; i < commits.size(); ++i) {
      const CommittedOffset& found = (*stored)[i];
      if (found.offset != commits[i].offset || found.metadata != commits[i].metadata) {
        return fail(
            "the commit of " + of_partition(topic, commits[i].partition) + " was acknowledged, but reads back as " +
            (found.offset ? std::to_string(*found.offset) : std::string("nothing")) + " '" + found.metadata + "'");
      }
    }
    return {};
  }

  [[nodiscard]] int timeout_ms() const { return static_cast<int>(timeout_.count()); }

  const ClientSettings settings_;
  const std::chrono::milliseconds timeout_;
  const LogCallback log_;
  OwnedClient client_;
};

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

Result<std::unique_ptr<Admin>> Admin::create(ClientSettings settings, std::chrono::milliseconds timeout,
                                             LogCallback log) {
  auto impl = std::make_unique<Impl>(std::move(settings), timeout, std::move(log));
  if (auto started = impl->start(); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<Admin>(new Admin(std::move(impl)));
}

Result<std::int32_t> Admin::broker_count() {
  const auto metadata = impl_->cluster();
  if (!metadata) {
    return std::unexpected(metadata.error());
  }
  return (*metadata)->broker_cnt;
}

Result<std::vector<std::string>> Admin::topics() {
  const auto metadata = impl_->cluster();
  if (!metadata) {
    return std::unexpected(metadata.error());
  }
  std::vector<std::string> names;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    names.emplace_back((*metadata)->topics[i].topic);
  }
  return names;
}

Result<std::optional<TopicDescription>> Admin::describe_topic(const std::string& name) {
  return impl_->describe_topic(name);
}

Result<void> Admin::create_topic(const TopicSpec& spec) { return impl_->create_topic(spec); }
Result<GroupDescription> Admin::describe_group(const std::string& group) { return impl_->describe_group(group); }

Result<std::vector<FirstCommitResult>> Admin::commit_first(const std::string& group, const std::string& topic,
                                                           const std::string& metadata, bool dry_run) {
  return impl_->commit_first(group, topic, metadata, dry_run);
}

}  // namespace metricstream::kafka
