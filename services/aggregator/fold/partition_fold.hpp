#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "common/model/record.hpp"
#include "services/aggregator/fold/account.hpp"
#include "services/aggregator/fold/block.hpp"
#include "services/aggregator/fold/fold_settings.hpp"
#include "services/aggregator/fold/key_memory.hpp"
#include "services/aggregator/fold/output.hpp"
#include "services/aggregator/fold/position.hpp"
#include "services/aggregator/fold/row_memory.hpp"
#include "services/aggregator/fold/series_table.hpp"
#include "services/aggregator/fold/stream_time.hpp"

namespace metricstream::fold {

// Where the fold of a partition begins: from a commit (docs/architecture.md, "Exactly once").
struct Start {
  Position begin;              // B, and the stream time before it
  std::int64_t live_from = 0;  // n: what records before it caused is durable outside already
  TimeNs closed_through = 0;   // C
};

// The state of one partition as a function of its log.
//
// Samples are kept as exact sets, a series and block (the largest window) each; the set is also what makes a repeated
// sample change nothing. Results are functions over the sets: a first one where stream time passes the window's end
// plus grace, later ones, where the set has changed, at multiples of the revision interval. Blocks are forgotten only
// in order, when no acknowledged sample can still belong to them and their results are durable (close()).
//
// Records before Start::live_from rebuild the state without output. The same log from the same start gives the same
// state and the same output, in every process that ever folds it.
//
// Pure: no clock, socket or file. Not thread-safe.
class PartitionFold {
 public:
  PartitionFold(const FoldSettings& settings, std::int32_t partition, Output& output, Start start);

  // Offsets must be those of next().offset, one after the other.
  void fold(std::int64_t offset, TimeNs log_append_time, const Record& record);
  // A record that cannot be read: it says nothing, not even about time.
  void skip(std::int64_t offset);

  // The next record, and the stream time before it.
  [[nodiscard]] Position next() const { return next_; }
  [[nodiscard]] bool replaying() const { return next_.offset < live_from_; }
  [[nodiscard]] TimeNs closed_through() const { return closed_through_; }

  // Forgets what can be forgotten when everything caused by records before `durable` is durable outside.
  void close(Position durable);
  // B: where a successor must begin to read in order to have this state, when it lets `durable` be its live_from.
  [[nodiscard]] Position replay_from(Position durable) const;

  // Every result that was written so far is written once more at the next revision time: the settings have changed.
  void revise_everything();

  [[nodiscard]] const Account& account() const { return account_; }
  [[nodiscard]] std::size_t open_blocks() const;
  [[nodiscard]] std::uint64_t open_samples() const;
  [[nodiscard]] std::size_t series_count() const { return series_.size(); }
  [[nodiscard]] std::size_t key_count() const { return keys_.size(); }

 private:
  struct RulePlan {
    std::vector<std::uint32_t> windows;  // indexes of the sizes it writes, ascending
    std::span<const Field> fields;       // without the implied increase
    bool implied_increase = false;       // counters get `increase` besides
    bool wants_increase = false;
  };
  // One sample on its way into the state.
  struct Sample {
    SeriesId series;
    MetricType type;
    Placement placement;
    AttributesId attributes;
    TimeNs time;
    TimeNs original;  // adjusted only
    double value;
    std::uint32_t index;
    KeyMemory::Hold hold;
  };

  // Time (partition_fold.cpp).
  void advance(TimeNs to);
  void emit_due(TimeNs to);
  void emit_dirty();

  // Samples (sample_folding.cpp).
  void fold_samples(const Record& record);
  void resolve_series(const Record& record);
  SeriesId acquire_series(const Record& record, const SeriesRow& row);
  // Both: true when a key was learnt.
  bool fold_columns(const Record& record, KeyMemory::Request* request, KeyMemory::Hold hold);
  bool fold_sample(const Sample& sample);
  void prefetch(const Batch& batch, std::size_t sample) const;
  bool is_adjusted_duplicate(const Sample& sample);
  void insert(const Sample& sample);
  void insert_late(const Sample& sample);
  Insertion put(Member& member, const Sample& sample);
  void count(Insertion insertion);
  void write_raw(const Sample& sample, AttributesId attributes);
  [[nodiscard]] KeyMemory::Hold hold_for(const Record& record) const;
  [[nodiscard]] TimeNs block_start(TimeNs time) const { return floor_to(time, block_size_); }
  Block& block_for(TimeNs time);
  Member& member_for(Block& block, const Sample& sample);
  Member& add_member(Block& block, const Sample& sample);
  std::uint32_t group_for(Block& block, const Sample& sample);
  // The block's group that is written as this one would be; the next new one where there is none.
  std::uint32_t find_written_as(Block& block, GroupId id, AttributesId attributes);
  void touch(Block& block, const Member& member, TimeNs time);
  void mark_dirty(Block& block, std::uint32_t group, std::uint32_t slice);
  void mark_successor(const Block& block, const Member& member, TimeNs time);
  void mark_increase(Block& block, const Member& member, TimeNs time);
  [[nodiscard]] const RulePlan& plan_of(SeriesId series) const { return plans_[series_.state(series).rule]; }
  [[nodiscard]] PointState& point(Block& block, std::uint32_t group, std::uint32_t slice) const {
    return block.points[group * slices_.count() + slice];
  }
  // When the first result of a slice is due.
  [[nodiscard]] TimeNs due_time(const Block& block, std::uint32_t slice) const;
  [[nodiscard]] bool is_closed(const Block& block) const { return block.start + block_size_ <= closed_through_; }
  // Blocks and keys that end here are gone. Closed blocks are kept a while for the increase of what follows, and with
  // them the keys that say what is in them: a replay must fill them just as the first reading did.
  [[nodiscard]] TimeNs forgotten_through() const { return closed_through_ - settings_.predecessor_window; }

  // Results (window_results.cpp).
  void emit(Block& block, std::uint32_t group, std::uint32_t slice);
  void write_result(const Block& block, const BlockGroup& group, std::uint32_t slice, std::uint32_t revision);
  // Fills contributors_, their rules_ and values_.
  void gather(const Block& block, const BlockGroup& group, std::size_t window, TimeNs begin, TimeNs end);
  void compute_results(TimeNs begin, TimeNs end);
  void merge_contributors(TimeNs begin, TimeNs end);
  [[nodiscard]] double increase_of(const Member& member, TimeNs begin, TimeNs end);
  [[nodiscard]] const Value* predecessor(SeriesId series, TimeNs before) const;

  // Closing (partition_fold.cpp).
  [[nodiscard]] bool is_settled(const Block& block, Position durable) const;
  void drop_block(std::map<TimeNs, Block>::iterator place);

  const FoldSettings& settings_;
  TimeNs block_size_;
  Slices slices_;
  RevisionSchedule revisions_;
  std::vector<RulePlan> plans_;
  Output& output_;

  Position next_;
  std::int64_t live_from_;
  TimeNs closed_through_;
  Position cause_;     // of the record being folded
  bool live_ = false;  // is its output new?

  SeriesTable series_;
  RowMemory rows_;
  KeyMemory keys_;
  // Open blocks, and below closed_through_ those that `increase` still needs.
  std::map<TimeNs, Block> blocks_;
  Block* recent_ = nullptr;  // where the last sample went
  // First results to come: due time -> (block, slice).
  std::multimap<TimeNs, std::pair<TimeNs, std::uint32_t>> due_;
  Account account_;

  // Reused by every call.
  struct Ranked {
    Value value;
    std::size_t rank;
  };
  std::vector<SeriesId> row_series_;
  std::vector<SeriesId> acquired_;
  std::vector<TagView> row_tags_;
  std::vector<const Member*> contributors_;
  std::vector<std::uint32_t> rules_;
  std::vector<Value> values_;
  std::vector<Value> member_values_;
  std::vector<Ranked> ranked_;
  std::vector<double> scratch_;
  std::vector<FieldValue> results_;
};

}  // namespace metricstream::fold
