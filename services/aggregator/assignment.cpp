// How Aggregator takes over and gives up partitions.
#include <algorithm>
#include <chrono>
#include <utility>

#include "services/aggregator/aggregator.hpp"

namespace metricstream::aggregator {
namespace {

constexpr std::chrono::milliseconds kAsk{5'000};
// Questions about the ends of the logs, all together: partitions that are consumed already wait meanwhile.
constexpr TimeNs kLook = 500 * kMillisecond;
constexpr TimeNs kLookAgain = 2 * kSecond;

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

// Reads the group's commits and begins there; called again and again until the coordinator and each partition's leader
// have answered. Never begins anywhere else: a guessed offset would lose samples or overwrite complete results with
// partial ones.
void Aggregator::adopt_waiting() {
  next_adopt_ = boot_time_ns() + kLookAgain;
  const auto committed = consumer_->committed(waiting_, kAsk);
  if (!committed) {
    log_.repeated(LogLevel::warn, "the group's commits cannot be read yet", {{"err", committed.error()}});
    return;
  }
  const std::size_t asked = waiting_.size();
  waiting_.clear();
  const TimeNs deadline = boot_time_ns() + kLook;
  for (const kafka::CommittedOffset& commit : *committed) {
    if (!adopt(commit, deadline)) waiting_.push_back(commit.partition);
  }
  if (waiting_.size() < asked) {
    next_adopt_ = 0;  // leaders answer: go on with the rest soon
    consume_adopted();
  }
  // The one whose leader is away comes last the next time, so that it takes no other's turn.
  if (!waiting_.empty()) std::ranges::rotate(waiting_, waiting_.begin() + 1);
}

void Aggregator::consume_adopted() {
  std::vector<kafka::PartitionOffset> positions;
  for (const auto& [id, partition] : partitions_) {
    if (!partition->stopped()) positions.push_back({id, partition->expected()});
  }
  if (auto ok = consumer_->assign(positions); !ok) {
    fatal_ = "assign failed: " + ok.error().message;
    return;
  }
  paused_ = false;  // assign() took the pauses back
  if (partitions_.empty() && waiting_.empty() && !refused_.empty()) fatal_ = refused_.begin()->second;
  commit(boot_time_ns());
}

// False: not answered yet, ask again.
bool Aggregator::adopt(const kafka::CommittedOffset& committed, TimeNs deadline) {
  const auto refuse = [&](std::string why) {
    log_.error("partition has no commit to begin at", {{"partition", committed.partition}, {"err", why}});
    refused_[committed.partition] = std::move(why);
    return true;
  };
  if (!committed.offset) {
    return refuse("group '" + parts_.settings.group.id + "' has no commit: run metricstream-admin setup kafka once");
  }
  Result<fold::CommitMetadata> metadata = fold::parse_commit_metadata(committed.metadata);
  if (!metadata) return refuse(metadata.error().message);
  const auto log_range = ask_log_range(committed.partition, deadline);
  if (!log_range) return false;
  sink::LaneSet& lanes = parts_.sink.open(committed.partition);
  auto partition = std::make_unique<Partition>(
      committed.partition, *committed.offset, std::move(*metadata),
      Partition::Environment{parts_.fold_settings, settings_hash_, lanes, parts_.dead_letters}, log_);
  log_.info("partition assigned", {{"partition", partition->id()},
                                   {"begin", *committed.offset},
                                   {"next", partition->begun_with().live_from},
                                   {"closed_through", partition->begun_with().closed_through},
                                   {"end", log_range->high}});
  partition->check_log(*log_range);
  committed_[committed.partition] = *committed.offset;
  partitions_[committed.partition] = std::move(partition);
  return true;
}

std::optional<kafka::Watermarks> Aggregator::ask_log_range(std::int32_t partition, TimeNs deadline) {
  const std::chrono::milliseconds left{(deadline - boot_time_ns()) / kMillisecond};
  if (left.count() <= 0) return std::nullopt;
  const auto range = consumer_->watermarks(partition, left);
  if (range) return *range;
  log_.repeated(LogLevel::warn, "a partition's leader has not said yet where its log begins and ends",
                {{"partition", partition}, {"err", range.error()}});
  return std::nullopt;
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
