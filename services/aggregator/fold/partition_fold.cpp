#include "services/aggregator/fold/partition_fold.hpp"

#include <algorithm>

namespace metricstream::fold {

PartitionFold::PartitionFold(const FoldSettings& settings, std::int32_t partition, Output& output, Start start)
    : settings_(settings),
      block_size_(settings.block()),
      slices_(settings.windows),
      revisions_(settings.revision_interval, partition, settings.partitions),
      output_(output),
      next_(start.begin),
      live_from_(start.live_from),
      closed_through_(start.closed_through),
      series_(settings.rules, settings.layout) {
  for (std::uint32_t i = 0; i < settings.rules.size(); ++i) {
    const Rule& rule = settings.rules.at(i);
    RulePlan plan;
    for (std::uint32_t window = 0; window < settings.windows.size(); ++window) {
      const bool wanted =
          rule.sizes.empty() || std::ranges::find(rule.sizes, settings.windows[window].size) != rule.sizes.end();
      if (wanted) plan.windows.push_back(window);
    }
    plan.implied_increase = rule.fields.empty();
    plan.fields = rule.fields.empty() ? default_fields() : rule.fields;
    plan.wants_increase =
        plan.implied_increase || std::ranges::find(rule.fields, FieldKind::increase, &Field::kind) != rule.fields.end();
    plans_.push_back(std::move(plan));
  }
}

void PartitionFold::fold(std::int64_t offset, TimeNs log_append_time, const Record& record) {
  live_ = offset >= live_from_;
  cause_ = {offset, next_.stream_time};
  next_.offset = offset + 1;
  advance(record_time(log_append_time, record.accepted_at, settings_.delivery_slack));
  if (live_) {
    ++account_.records;
    account_.ticks += record.kind == RecordKind::tick ? 1 : 0;
    account_.samples += record.batch.size();
  }
  if (record.batch.size() > 0) fold_samples(record);
}

void PartitionFold::skip(std::int64_t offset) {
  next_.offset = offset + 1;
  if (offset >= live_from_) ++account_.records;
}

void PartitionFold::advance(TimeNs to) {
  const TimeNs before = next_.stream_time;
  if (to <= before) return;
  next_.stream_time = to;
  emit_due(to);
  if (revisions_.crosses(before, to)) emit_dirty();
}

void PartitionFold::emit_due(TimeNs to) {
  while (!due_.empty() && due_.begin()->first <= to) {
    const auto [start, slice] = due_.begin()->second;
    due_.erase(due_.begin());
    const auto place = blocks_.find(start);
    if (place == blocks_.end()) continue;
    Block& block = place->second;
    for (std::uint32_t group = 0; group < block.groups.size(); ++group) {
      const PointState& state = point(block, group, slice);
      if (state.present && !state.emitted) emit(block, group, slice);
    }
  }
}

void PartitionFold::emit_dirty() {
  for (auto& [start, block] : blocks_) {
    for (const DirtyPoint& place : std::exchange(block.dirty, {})) emit(block, place.group, place.slice);
  }
}

void PartitionFold::close(Position durable) {
  const TimeNs before = closed_through_;
  const TimeNs cap = floor_to(durable.stream_time - settings_.horizon(), block_size_);
  for (auto place = blocks_.begin();; ++place) {
    while (place != blocks_.end() && place->first + block_size_ <= closed_through_) ++place;
    if (place == blocks_.end()) {
      closed_through_ = std::max(closed_through_, cap);
      break;
    }
    Block& block = place->second;
    closed_through_ = std::max(closed_through_, std::min(block.start, cap));
    if (block.start + block_size_ > cap || !is_settled(block, durable)) break;
    closed_through_ = block.start + block_size_;
    block.groups = {};
    block.points = {};
    block.group_index = {};
    block.names = {};
  }
  if (closed_through_ == before) return;
  keys_.forget(forgotten_through());
  while (!blocks_.empty() && blocks_.begin()->first + block_size_ <= forgotten_through()) drop_block(blocks_.begin());
}

bool PartitionFold::is_settled(const Block& block, Position durable) const {
  if (!block.dirty.empty() || block.last_output >= durable.offset) return false;
  return std::ranges::all_of(block.points, [](const PointState& p) { return !p.present || p.emitted; });
}

void PartitionFold::drop_block(std::map<TimeNs, Block>::iterator place) {
  for (const Member& member : place->second.members) series_.release(member.series);
  if (recent_ == &place->second) recent_ = nullptr;
  blocks_.erase(place);
}

Position PartitionFold::replay_from(Position durable) const {
  Position out = keys_.earliest(durable);
  for (const auto& [start, block] : blocks_) out = earlier(out, block.first);
  return out;
}

void PartitionFold::revise_everything() {
  for (auto& [start, block] : blocks_) {
    for (std::uint32_t group = 0; group < block.groups.size(); ++group) {
      for (std::uint32_t slice = 0; slice < slices_.count(); ++slice) {
        if (point(block, group, slice).emitted) mark_dirty(block, group, slice);
      }
    }
  }
}

void PartitionFold::mark_dirty(Block& block, std::uint32_t group, std::uint32_t slice) {
  PointState& state = point(block, group, slice);
  if (state.dirty) return;
  state.dirty = true;
  block.dirty.push_back({group, slice});
}

TimeNs PartitionFold::due_time(const Block& block, std::uint32_t slice) const {
  const WindowSize& window = settings_.windows[slices_.at(slice).window];
  return block.start + slices_.at(slice).offset + window.size + window.grace;
}

std::size_t PartitionFold::open_blocks() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(blocks_, [this](const auto& entry) { return !is_closed(entry.second); }));
}

std::uint64_t PartitionFold::open_samples() const {
  std::uint64_t out = 0;
  for (const auto& [start, block] : blocks_) out += is_closed(block) ? 0 : block.samples;
  return out;
}

}  // namespace metricstream::fold
