#include "services/aggregator/partition.hpp"

#include <algorithm>
#include <utility>

#include "services/aggregator/commit_check.hpp"
#include "services/aggregator/record_check.hpp"

namespace metricstream::aggregator {
namespace {

bool differs(const fold::CommitMetadata& commit, const std::string& settings_hash) {
  return !commit.is_first() &&
         (commit.settings_hash != settings_hash || commit.fold_version != std::to_string(fold::kFoldVersion));
}

}  // namespace

Partition::Partition(std::int32_t id, std::int64_t committed_offset, fold::CommitMetadata commit,
                     Environment environment, Logger log)
    : id_(id),
      begun_with_(std::move(commit)),
      begin_(committed_offset),
      settings_changed_(differs(begun_with_, environment.settings_hash)),
      environment_(environment),
      log_(log.with_field("partition", id)),
      output_(environment.lanes, environment.settings.windows, log_),
      fold_(environment.settings, id, output_,
            fold::Start{{begin_, begun_with_.stream_time}, begun_with_.live_from, begun_with_.closed_through}),
      expected_(first_to_consume(begin_, begun_with_)),
      first_fingerprint_(expected_) {
  if (!fold_.replaying()) went_live();
}

void Partition::check_log(kafka::Watermarks log) {
  if (auto reason = reason_to_stop(begin_, begun_with_, log)) stop(std::move(*reason));
}

Partition::Outcome Partition::on_message(const LogEntry& message) {
  if (stopped_) return Outcome::stopped;
  if (message.offset < expected_) return Outcome::ignored;
  if (message.offset > expected_) return Outcome::gap;
  if (const auto reason = reason_to_stop(message.timestamp_type)) stop(*reason);
  if (!stopped_ && !check_fingerprint(message)) {
    stop("record n-1 of the commit is another one now: the topic was re-created or truncated; nothing was written");
  }
  if (!stopped_ && message.offset >= begin_) fold_message(message);
  if (stopped_) return Outcome::stopped;
  remember_fingerprint(message);
  ++expected_;
  return Outcome::folded;
}

bool Partition::check_fingerprint(const LogEntry& message) {
  if (message.offset != begun_with_.live_from - 1 || begun_with_.fingerprint == "-") return true;
  return fold::fingerprint(message.payload) == begun_with_.fingerprint;
}

void Partition::fold_message(const LogEntry& message) {
  const bool replay = fold_.replaying();
  const auto decoded = decode_record(message.payload, record_);
  if (!decoded && decoded.error().fault != RecordFault::undecodable) {
    stop(decoded.error().message + " (upgrade the aggregators before the ingest services)");
    return;
  }
  if (!decoded) {
    if (!replay) bury(message, decoded.error().message);
    fold_.skip(message.offset);
  } else {
    if (const auto reason = reason_to_stop(record_, environment_.settings)) {
      stop(*reason);
      return;
    }
    fold_.fold(message.offset, message.timestamp, record_);
  }
  if (!replay) return;
  ++replayed_;
  if (!fold_.replaying()) went_live();
}

void Partition::bury(const LogEntry& message, const std::string& reason) {
  ++dead_lettered_;
  log_.repeated(LogLevel::error, "a record cannot be decoded and goes to metrics-dlq",
                {{"offset", message.offset}, {"err", reason}});
  const Burial burial{fold_.next().stream_time, std::string(message.payload), reason};
  {
    const std::lock_guard lock(burials_->mutex);
    burials_->pending.emplace(message.offset, burial);
  }
  submit_burial(message.offset, burial);
}

void Partition::submit_burial(std::int64_t offset, const Burial& burial) {
  environment_.dead_records.submit_record(id_, offset, burial.record, burial.reason,
                                          [burials = burials_, offset](bool stored) {
                                            const std::lock_guard lock(burials->mutex);
                                            if (stored) {
                                              burials->pending.erase(offset);
                                            } else {
                                              burials->pending.at(offset).failed = true;
                                            }
                                          });
}

void Partition::repeat_failed_burials() {
  std::map<std::int64_t, Burial> again;
  {
    const std::lock_guard lock(burials_->mutex);
    for (auto& [offset, burial] : burials_->pending) {
      if (std::exchange(burial.failed, false)) again.emplace(offset, burial);
    }
  }
  for (const auto& [offset, burial] : again) submit_burial(offset, burial);
}

void Partition::stop(std::string reason) {
  if (stopped_) return;
  log_.error("partition stopped; nothing of it is lost and nothing more is written",
             {{"offset", expected_}, {"err", reason}});
  stopped_ = std::move(reason);
}

fold::Position Partition::durable() const {
  fold::Position out = fold_.next();
  if (const auto frontier = environment_.lanes.oldest_unsettled()) {
    out = fold::earlier(out, {frontier->offset, frontier->stream_time});
  }
  const std::lock_guard lock(burials_->mutex);
  if (!burials_->pending.empty()) {
    const auto& [offset, burial] = *burials_->pending.begin();
    out = fold::earlier(out, {offset, burial.stream_time});
  }
  return out;
}

std::optional<kafka::PartitionCommit> Partition::commit() {
  if (stopped_) return std::nullopt;
  fold::CommitMetadata metadata = begun_with_;
  metadata.fold_version = std::to_string(fold::kFoldVersion);
  std::int64_t offset = begin_;
  if (!fold_.replaying()) {
    const fold::Position durable_at = durable();
    fold_.close(durable_at);
    const fold::Position begin = fold_.replay_from(durable_at);
    offset = begin.offset;
    metadata.stream_time = begin.stream_time;
    metadata.live_from = durable_at.offset;
    metadata.closed_through = fold_.closed_through();
    metadata.fingerprint = fingerprint_before(durable_at.offset);
    repeat_failed_burials();
    while (first_fingerprint_ < durable_at.offset - 1 && !fingerprints_.empty()) {
      fingerprints_.pop_front();
      ++first_fingerprint_;
    }
  }
  metadata.settings_hash = hash_to_commit();
  return kafka::PartitionCommit{id_, offset, fold::encode(metadata)};
}

std::string Partition::fingerprint_before(std::int64_t offset) const {
  const std::int64_t index = offset - 1 - first_fingerprint_;
  if (index >= 0 && index < static_cast<std::int64_t>(fingerprints_.size())) {
    return fingerprints_[static_cast<std::size_t>(index)];
  }
  return offset == begun_with_.live_from ? begun_with_.fingerprint : "-";
}

void Partition::remember_fingerprint(const LogEntry& message) {
  fingerprints_.push_back(fold::fingerprint(message.payload));
}

// With other settings the results written so far may be others than those that the state gives now: all are written
// once more, and until the last of their blocks is closed a successor must know that it has to do the same.
void Partition::went_live() {
  if (!settings_changed_) return;
  log_.warn("settings differ from the last commit's: results of open windows are written again",
            {{"committed_hash", begun_with_.settings_hash}, {"hash", environment_.settings_hash}});
  fold_.revise_everything();
  revising_until_ = fold_.next().stream_time;
}

std::string Partition::hash_to_commit() const {
  const bool revising = revising_until_ ? fold_.closed_through() < *revising_until_ : settings_changed_;
  return revising ? "-" : environment_.settings_hash;
}

}  // namespace metricstream::aggregator
