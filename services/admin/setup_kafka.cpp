#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "common/kafka/admin.hpp"
#include "common/kafka/configuration.hpp"
#include "services/admin/command.hpp"
#include "services/admin/topic_plan.hpp"
#include "services/aggregator/fold/commit_metadata.hpp"

namespace metricstream::admin {
namespace {

constexpr std::chrono::seconds kTimeout{15};

struct SetupOptions {
  std::int32_t replication = 0;  // 0: 3 where there are as many brokers, else 1
  bool dry_run = false;
};

// One run of the command.
class KafkaSetup {
 public:
  KafkaSetup(kafka::Admin& admin, const aggregator::AggregatorSettings& settings, SetupOptions options)
      : admin_(admin), settings_(settings), options_(options) {}

  // True when everything is as it should be, or was made so.
  Result<bool> run() {
    if (auto replication = choose_replication(); !replication) return std::unexpected(replication.error());
    const auto topics = topic_plan({.raw_topic = settings_.kafka.topic,
                                    .partitions = settings_.kafka.partitions,
                                    .replication = options_.replication});
    for (const auto& topic : topics) {
      if (auto done = set_up(topic); !done) return std::unexpected(done.error());
    }
    if (!raw_exists_) {
      std::cout << "group " << settings_.group.id << ": would commit " << first_metadata() << " at offset 0 of "
                << settings_.kafka.partitions << " partitions\n";
      return good_;
    }
    if (!raw_is_usable_) {
      std::cout << "group " << settings_.group.id << ": nothing committed, " << settings_.kafka.topic
                << " cannot be used as it is\n";
      return false;
    }
    if (auto committed = commit(); !committed) return std::unexpected(committed.error());
    return good_;
  }

 private:
  static std::string first_metadata() { return fold::encode(fold::CommitMetadata{}); }

  Result<void> choose_replication() {
    const auto brokers = admin_.broker_count();
    if (!brokers) return std::unexpected(brokers.error());
    if (options_.replication == 0) options_.replication = *brokers >= 3 ? 3 : 1;
    if (options_.replication > *brokers) {
      return fail("--replication " + std::to_string(options_.replication) + ": there are " + std::to_string(*brokers) +
                  " brokers");
    }
    return {};
  }

  Result<void> set_up(const kafka::TopicSpec& spec) {
    const auto found = admin_.describe_topic(spec.name);
    if (!found) return std::unexpected(found.error());
    const bool is_raw = spec.name == settings_.kafka.topic;
    if (!*found) return create(spec, is_raw);
    if (is_raw) raw_exists_ = true;
    const auto differences = kafka::differences(spec, **found);
    if (differences.empty()) std::cout << "topic " << spec.name << ": ok\n";
    for (const auto& difference : differences) {
      std::cout << "topic " << spec.name << ": " << describe(difference) << " (left as it is; "
                << remedy(spec.name, difference) << ")\n";
      good_ = false;
    }
    if (is_raw) raw_is_usable_ = !is_unusable(differences);
    return {};
  }

  Result<void> create(const kafka::TopicSpec& spec, bool is_raw) {
    const std::string size =
        std::to_string(spec.partitions) + " partitions, replication " + std::to_string(spec.replication);
    if (options_.dry_run) {
      std::cout << "topic " << spec.name << ": would be created (" << size << ")\n";
      return {};
    }
    if (auto created = admin_.create_topic(spec); !created) return created;
    if (auto visible = wait_until_visible(spec); !visible) return visible;
    std::cout << "topic " << spec.name << ": created (" << size << ")\n";
    if (is_raw) raw_exists_ = raw_is_usable_ = true;
    return {};
  }

  // A broker answers for a new topic only once the controller has told it.
  Result<void> wait_until_visible(const kafka::TopicSpec& spec) {
    const auto deadline = std::chrono::steady_clock::now() + kTimeout;
    for (;;) {
      const auto found = admin_.describe_topic(spec.name);
      if (found && *found && (*found)->partitions == spec.partitions) return {};
      if (std::chrono::steady_clock::now() > deadline) {
        return fail("topic " + spec.name + " was created but the brokers do not show it");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }

  Result<void> commit() {
    const auto results =
        admin_.commit_first(settings_.group.id, settings_.kafka.topic, first_metadata(), options_.dry_run);
    if (!results) return std::unexpected(results.error());
    std::map<kafka::FirstCommit, std::size_t> counts;
    for (const auto& result : *results) {
      ++counts[result.outcome];
      if (result.outcome != kafka::FirstCommit::log_not_at_start) continue;
      std::cout << "group " << settings_.group.id << ": partition " << result.partition
                << " has no commit and its log begins at " << result.offset
                << ": what came before is gone, nothing committed\n";
      good_ = false;
    }
    if (const auto count = counts[kafka::FirstCommit::committed]; count > 0) {
      std::cout << "group " << settings_.group.id << (options_.dry_run ? ": would commit " : ": committed ")
                << first_metadata() << " at offset 0 of " << count << " partitions\n";
    }
    if (const auto count = counts[kafka::FirstCommit::already_committed]; count > 0) {
      std::cout << "group " << settings_.group.id << ": ok, " << count
                << " partitions have commits (left as they are)\n";
    }
    return {};
  }

  kafka::Admin& admin_;
  const aggregator::AggregatorSettings& settings_;
  SetupOptions options_;
  bool good_ = true;
  bool raw_exists_ = false;
  bool raw_is_usable_ = false;
};

int set_up_kafka(const Connections& connections, const SetupOptions& options) {
  const auto settings = load_settings(connections);
  if (!settings) return bad_settings(settings.error().message);
  auto client = kafka_client(*settings);
  if (!client) return misconfigured(client.error().message);
  auto admin =
      kafka::Admin::create(std::move(*client), kTimeout, kafka::log_to(client_logger(connections).with("kafka")));
  if (!admin) return failed(admin.error().message);
  const auto is_good = KafkaSetup(**admin, *settings, options).run();
  if (!is_good) return failed(is_good.error().message);
  return *is_good ? kExitOk : kExitFailure;
}

}  // namespace

void add_setup_kafka(CLI::App& app, const Connections& connections, Command& chosen) {
  CLI::App* command = app.add_subcommand("kafka", "Topics, and the group's first commit");
  const auto options = std::make_shared<SetupOptions>();
  command
      ->add_option("--replication", options->replication,
                   "Replicas of each partition; default 3 with 3 brokers or more, else 1")
      ->check(CLI::Range(1, 32));
  command->add_flag("--dry-run", options->dry_run, "Tell what would be done");
  command->footer("Example: metricstream-admin --brokers 127.0.0.1:9092 setup kafka --dry-run");
  command->callback([options, &connections, &chosen] {
    chosen = [options, &connections] { return set_up_kafka(connections, *options); };
  });
}

}  // namespace metricstream::admin
