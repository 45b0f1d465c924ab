// How Aggregator takes over and gives up partitions.
#include <algorithm>
#include <chrono>
#include <utility>

#include "services/aggregator/aggregator.hpp"

namespace metricstream::aggregator {
namespace {

constexpr std::chrono::milliseconds kAsk{5'000};
constexpr std::chrono::milliseconds kLook{1'000};

}  // namespace

void Aggregator::on_assigned(std::span<const std::int32_t> partitions) {
  parts_.metrics.count_rebalance();
  parts_.lease.end();  // nothing is written before the first accepted commit of this generation
  ++generation_;
  assigned_once_ = true;
  paused_ = false;
  waiting_.assign(partitions.begin(), partitions.end());
  if (auto ok = consumer_->assign({}); !ok) log_.warn("assign failed", {{"err", ok.error()}});
  adopt_waiting();
}

// Reads the group's commits and begins there; called again and again until the coordinator answers. Never begins
// anywhere else: a guessed offset would lose samples or overwrite complete results with partial ones.
void Aggregator::adopt_waiting() {
  const auto committed = consumer_->committed(waiting_, kAsk);
  if (!committed) {
    log_.repeated(LogLevel::warn, "the group's commits cannot be read yet", {{"err", committed.error()}});
    return;
  }
  waiting_.clear();
  for (const kafka::CommittedOffset& commit : *committed) adopt(commit);
  std::vector<kafka::PartitionOffset> positions;
  for (const auto& [id, partition] : partitions_) {
    if (!partition->stopped()) positions.push_back({id, partition->consume_from()});
  }
  if (auto ok = consumer_->assign(positions); !ok) {
    fatal_ = "assign failed: " + ok.error().message;
    return;
  }
  if (partitions_.empty() && !refused_.empty()) fatal_ = refused_.begin()->second;
  commit(boot_time_ns());
}

void Aggregator::adopt(const kafka::CommittedOffset& committed) {
  const auto refuse = [&](std::string why) {
    log_.error("partition has no commit to begin at", {{"partition", committed.partition}, {"err", why}});
    refused_[committed.partition] = std::move(why);
  };
  if (!committed.offset) {
    refuse("group '" + parts_.settings.group.id + "' has no commit: run metricstream-admin setup kafka once");
    return;
  }
  Result<fold::CommitMetadata> metadata = fold::parse_commit_metadata(committed.metadata);
  if (!metadata) {
    refuse(metadata.error().message);
    return;
  }
  sink::LaneSet& lanes = parts_.sink.open(committed.partition);
  auto partition = std::make_unique<Partition>(
      committed.partition, *committed.offset, std::move(*metadata),
      Partition::Environment{parts_.fold_settings, settings_hash_, lanes, parts_.dead_letters}, log_);
  log_assignment(*partition, *committed.offset);
  committed_[committed.partition] = *committed.offset;
  partitions_[committed.partition] = std::move(partition);
}

void Aggregator::log_assignment(const Partition& partition, std::int64_t begin) {
  const auto watermarks = consumer_->watermarks(partition.id(), kLook);
  log_.info("partition assigned", {{"partition", partition.id()},
                                   {"begin", begin},
                                   {"next", partition.begun_with().live_from},
                                   {"closed_through", partition.begun_with().closed_through},
                                   {"end", watermarks ? watermarks->high : -1}});
}

void Aggregator::on_revoked(std::span<const std::int32_t> partitions, bool lost) {
  log_.info("partitions revoked", {{"count", partitions.size()}, {"lost", lost}});
  if (!lost && !partitions_.empty()) {
    const std::vector<kafka::PartitionCommit> last = commits();
    if (!last.empty()) {
      const kafka::CommitError error = consumer_->commit_sync(last, kAsk);
      if (error != kafka::CommitError::none) {
        log_.warn("last commit failed; more is read again by the next owner", {{"err", kafka::name_of(error)}});
      }
    }
  }
  release_all();
}

// The protocol is eager: a revocation takes everything.
void Aggregator::release_all() {
  parts_.lease.end();
  publish_status();
  for (const auto& [id, partition] : partitions_) parts_.sink.close(id);
  partitions_.clear();
  waiting_.clear();
  refused_.clear();
  sought_.clear();
  accounts_.clear();
  buried_.clear();
  ticks_.forget();
}

}  // namespace metricstream::aggregator
