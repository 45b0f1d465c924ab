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
      const PointState& point = block.groups[group].points[slice];
      if (point.present && !point.emitted) emit(block, group, slice);
    }
  }
}

void PartitionFold::emit_dirty() {
  for (auto& [start, block] : blocks_) {
    for (const DirtyPoint& point : std::exchange(block.dirty, {})) emit(block, point.group, point.slice);
  }
}

void PartitionFold::fold_samples(const Record& record) {
  const Batch& batch = record.batch;
  const AttributesId attributes = series_.attributes_id(record.attributes);
  row_series_.clear();
  for (const SeriesRow& row : batch.series) {
    row_tags_.clear();
    for (std::uint32_t i = 0; i < row.tag_count; ++i) {
      const TagRef& tag = batch.tags[row.first_tag + i];
      row_tags_.emplace_back(batch.text(tag.key), batch.text(tag.value));
    }
    row_series_.push_back(series_.acquire(record.client_id, batch.text(row.name), row_tags_));
  }

  const KeyMemory::Hold hold = hold_for(record);
  IndexSet* seen = nullptr;
  if (record.key) {
    seen = hold.end > closed_through_ ? keys_.remember(record.client_id, *record.key, hold)
                                      : keys_.find(record.client_id, *record.key);
  }
  bool remembered = false;
  auto adjusted = batch.adjusted.begin();
  auto arrival = batch.arrivals.begin();
  for (std::uint32_t i = 0; i < batch.size(); ++i) {
    const std::uint32_t row = batch.sample_series[i];
    Sample sample{row_series_[row], batch.series[row].type, Placement::own,
                  attributes,       batch.timestamps[i],    0,
                  batch.values[i],  batch.indexes[i],       hold};
    if (adjusted != batch.adjusted.end() && adjusted->position == i) {
      sample.placement = Placement::adjusted;
      sample.original = (adjusted++)->original;
    } else if (arrival != batch.arrivals.end() && *arrival == i) {
      sample.placement = Placement::arrival;
      ++arrival;
    }
    if (settings_.rules.at(series_.series(sample.series).rule).drop) {
      account_.dropped += live_ ? 1 : 0;
    } else if (seen != nullptr && !seen->insert(sample.index)) {
      account_.duplicate += live_ ? 1 : 0;
    } else {
      remembered |= seen != nullptr;
      fold_sample(sample, remembered);
    }
  }
  if (remembered && hold.end > closed_through_) keys_.pin(hold, cause_);
  for (const SeriesId id : row_series_) series_.release(id);
}

KeyMemory::Hold PartitionFold::hold_for(const Record& record) const {
  const auto block_end = [this](TimeNs time) { return KeyMemory::Hold{block_start(time) + block_size_}; };
  // Samples placed by the acceptance time: a copy that is accepted later lands in a later block.
  if (!record.batch.arrivals.empty() || !record.batch.adjusted.empty()) {
    return block_end(record.accepted_at + settings_.repeat_window + settings_.max_future + settings_.max_clock_error);
  }
  return block_end(std::max(record.accepted_at, *std::ranges::max_element(record.batch.timestamps)));
}

void PartitionFold::fold_sample(const Sample& sample, bool& remembered) {
  const bool reading = !is_observation(sample.type);
  if (reading && sample.placement == Placement::own &&
      keys_.knows_adjusted(series_.series(sample.series).key, sample.time)) {
    account_.duplicate += live_ ? 1 : 0;
    return;
  }
  if (reading && sample.placement == Placement::adjusted) {
    if (is_adjusted_duplicate(sample)) {
      account_.duplicate += live_ ? 1 : 0;
      return;
    }
    if (sample.hold.end > closed_through_) {
      keys_.remember_adjusted(series_.series(sample.series).key, sample.original, sample.hold);
      remembered = true;
    }
  }
  if (sample.time < closed_through_) {
    insert_late(sample);
  } else {
    insert(sample);
  }
}

bool PartitionFold::is_adjusted_duplicate(const Sample& sample) {
  if (keys_.knows_adjusted(series_.series(sample.series).key, sample.original)) return true;
  const auto place = blocks_.find(block_start(sample.original));
  if (place == blocks_.end()) return false;
  const Member* const member = place->second.find(sample.series);
  return member != nullptr && member->set.has_reading(sample.original);
}

void PartitionFold::insert(const Sample& sample) {
  Block& block = block_for(sample.time);
  Member& member = member_for(block, sample);
  Insertion insertion = Insertion::inserted;
  if (sample.placement == Placement::own && !is_observation(sample.type)) {
    insertion = member.set.insert(sample.time, sample.value);
  } else {
    member.set.add(sample.time, sample.value);
  }
  if (live_) {
    account_.counted += insertion == Insertion::inserted ? 1 : 0;
    account_.duplicate += insertion == Insertion::duplicate ? 1 : 0;
    account_.replaced += insertion == Insertion::replaced ? 1 : 0;
  }
  if (insertion == Insertion::duplicate) return;
  block.samples += insertion == Insertion::inserted ? 1 : 0;
  touch(block, member, sample.time);
  const bool newest = blocks_.rbegin()->first == block.start && member.set.reading_after(sample.time) == nullptr;
  if (!newest) mark_successor(sample.time, sample.series);
  if (live_ && settings_.rules.at(series_.series(sample.series).rule).raw) {
    write_raw(sample);
    block.last_output = cause_.offset;
  }
}

// The block is closed: nothing is written from it any more. A reading still becomes the predecessor of what follows.
void PartitionFold::insert_late(const Sample& sample) {
  const bool reading = sample.placement == Placement::own && !is_observation(sample.type);
  if (reading && block_start(sample.time) + block_size_ > closed_through_ - settings_.predecessor_window) {
    const Insertion insertion = member_for(block_for(sample.time), sample).set.insert(sample.time, sample.value);
    if (insertion == Insertion::duplicate) {
      account_.duplicate += live_ ? 1 : 0;
      return;
    }
    mark_successor(sample.time, sample.series);
  }
  if (!live_) return;
  ++account_.late;
  output_.late(cause_, {series_.series(sample.series).key, sample.time});
}

// Points of the second identity form get digits below the millisecond that no other sample of the series has, so that
// none overwrites another.
void PartitionFold::write_raw(const Sample& sample) {
  TimeNs time = sample.time;
  if (sample.placement != Placement::own || is_observation(sample.type)) {
    time = floor_to(time, kMillisecond) + (cause_.offset % 1000) * 1000 + sample.index % 1000;
  }
  output_.raw(cause_,
              {series_.output_series(series_.series(sample.series).raw_group, sample.attributes), time, sample.value});
}

Block& PartitionFold::block_for(TimeNs time) {
  const TimeNs start = block_start(time);
  const auto [place, fresh] = blocks_.try_emplace(start);
  Block& block = place->second;
  if (fresh) {
    block.start = start;
    block.first = cause_;
    for (std::uint32_t slice = 0; slice < slices_.count(); ++slice) {
      const WindowSize& window = settings_.windows[slices_.at(slice).window];
      const TimeNs due = start + slices_.at(slice).offset + window.size + window.grace;
      if (due > next_.stream_time) due_.emplace(due, std::pair{start, slice});
    }
  }
  return block;
}

Member& PartitionFold::member_for(Block& block, const Sample& sample) {
  if (Member* const known = block.find(sample.series)) return *known;
  const auto position = static_cast<std::uint32_t>(block.members.size());
  std::uint32_t group = 0;
  group_for(block, sample, group).members.push_back(position);
  series_.retain(sample.series);
  block.member_index.emplace(sample.series, position);
  return block.members.emplace_back(Member{sample.series, group, sample.type, sample.attributes, {}});
}

BlockGroup& PartitionFold::group_for(Block& block, const Sample& sample, std::uint32_t& position) {
  const Series& series = series_.series(sample.series);
  const auto [place, fresh] =
      block.group_index.try_emplace(series.group, static_cast<std::uint32_t>(block.groups.size()));
  position = place->second;
  if (fresh) {
    block.groups.push_back(
        {series.group, sample.attributes, series.rule, {}, std::vector<PointState>(slices_.count())});
  }
  BlockGroup& group = block.groups[position];
  group.rule = std::min(group.rule, series.rule);
  return group;
}

void PartitionFold::touch(Block& block, const Member& member, TimeNs time) {
  for (const std::uint32_t window : plans_[series_.series(member.series).rule].windows) {
    const std::uint32_t slice = slices_.find(window, time - block.start);
    // Only where the block grew while it was half closed (the largest size was changed): its start is gone.
    if (block.start + slices_.at(slice).offset < closed_through_) continue;
    PointState& point = block.groups[member.group].points[slice];
    const bool fresh = !point.present;
    point.present = true;
    // A point whose first result is not due yet waits for it; one that comes too late for it is a revision.
    if (point.emitted || (fresh && is_due(block, slice, next_.stream_time))) mark_dirty(block, member.group, slice);
  }
}

void PartitionFold::mark_dirty(Block& block, std::uint32_t group, std::uint32_t slice) {
  PointState& point = block.groups[group].points[slice];
  if (point.dirty) return;
  point.dirty = true;
  block.dirty.push_back({group, slice});
}

bool PartitionFold::is_due(const Block& block, std::uint32_t slice, TimeNs at) const {
  const WindowSize& window = settings_.windows[slices_.at(slice).window];
  return block.start + slices_.at(slice).offset + window.size + window.grace <= at;
}

// A new or changed reading changes the increase of the reading behind it, which may lie in another window.
void PartitionFold::mark_successor(TimeNs time, SeriesId series) {
  if (!plans_[series_.series(series).rule].wants_increase) return;
  for (auto place = blocks_.find(block_start(time)); place != blocks_.end(); ++place) {
    Block& block = place->second;
    if (block.start > time + settings_.predecessor_window) return;
    const Member* const member = block.find(series);
    const Value* const after = member == nullptr ? nullptr : member->set.reading_after(time);
    if (after == nullptr) continue;
    if (member->type != MetricType::counter || after->time - time > settings_.predecessor_window) return;
    for (const std::uint32_t window : plans_[series_.series(series).rule].windows) {
      const std::uint32_t slice = slices_.find(window, after->time - block.start);
      if (block.groups.size() > member->group && block.groups[member->group].points[slice].emitted) {
        mark_dirty(block, member->group, slice);
      }
    }
    return;
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
    block.groups.clear();
    block.group_index.clear();
  }
  if (closed_through_ == before) return;
  keys_.forget(closed_through_);
  while (!blocks_.empty() && blocks_.begin()->first + block_size_ <= closed_through_ - settings_.predecessor_window) {
    drop_block(blocks_.begin());
  }
}

bool PartitionFold::is_settled(const Block& block, Position durable) const {
  if (!block.dirty.empty() || block.last_output >= durable.offset) return false;
  return std::ranges::all_of(block.groups, [](const BlockGroup& group) {
    return std::ranges::all_of(group.points, [](const PointState& p) { return !p.present || p.emitted; });
  });
}

void PartitionFold::drop_block(std::map<TimeNs, Block>::iterator place) {
  for (const Member& member : place->second.members) series_.release(member.series);
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
        if (block.groups[group].points[slice].emitted) mark_dirty(block, group, slice);
      }
    }
  }
}

std::size_t PartitionFold::open_blocks() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      blocks_, [this](const auto& entry) { return entry.first + block_size_ > closed_through_; }));
}

std::uint64_t PartitionFold::open_samples() const {
  std::uint64_t out = 0;
  for (const auto& [start, block] : blocks_) out += start + block_size_ > closed_through_ ? block.samples : 0;
  return out;
}

}  // namespace metricstream::fold
