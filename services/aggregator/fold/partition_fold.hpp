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
    std::vector<std::uint32_t> windows;  // indexes of the sizes it writes
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

  // Time.
  void advance(TimeNs to);
  void emit_due(TimeNs to);
  void emit_dirty();

  // Samples (partition_fold.cpp).
  void fold_samples(const Record& record);
  void fold_sample(const Sample& sample, bool& remembered);
  bool is_adjusted_duplicate(const Sample& sample);
  void insert(const Sample& sample);
  void insert_late(const Sample& sample);
  void write_raw(const Sample& sample);
  [[nodiscard]] KeyMemory::Hold hold_for(const Record& record) const;
  [[nodiscard]] TimeNs block_start(TimeNs time) const { return floor_to(time, block_size_); }
  Block& block_for(TimeNs time);
  Member& member_for(Block& block, const Sample& sample);
  BlockGroup& group_for(Block& block, const Sample& sample, std::uint32_t& position);
  void touch(Block& block, const Member& member, TimeNs time);
  void mark_dirty(Block& block, std::uint32_t group, std::uint32_t slice);
  void mark_successor(TimeNs time, SeriesId series);
  [[nodiscard]] bool is_due(const Block& block, std::uint32_t slice, TimeNs at) const;

  // Results (window_results.cpp).
  void emit(Block& block, std::uint32_t group, std::uint32_t slice);
  void write_result(Block& block, const BlockGroup& group, std::uint32_t slice);
  void gather(const Block& block, const BlockGroup& group, TimeNs begin, TimeNs end, std::vector<Value>& out);
  [[nodiscard]] std::vector<const Member*> members_in_order(const Block& block, const BlockGroup& group) const;
  [[nodiscard]] double increase_of(std::span<const Member* const> members, TimeNs begin, TimeNs end) const;
  [[nodiscard]] const Value* predecessor(SeriesId series, TimeNs before) const;

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
  KeyMemory keys_;
  // Open blocks, and below closed_through_ those that `increase` still needs.
  std::map<TimeNs, Block> blocks_;
  // First results to come: due time -> (block, slice).
  std::multimap<TimeNs, std::pair<TimeNs, std::uint32_t>> due_;
  Account account_;

  // Reused by every call.
  std::vector<SeriesId> row_series_;
  std::vector<TagView> row_tags_;
  std::vector<Value> values_;
  std::vector<double> scratch_;
  std::vector<FieldValue> results_;
};

}  // namespace metricstream::fold
