// The results of PartitionFold: functions over the sets, computed when they are written and never kept.
#include <algorithm>
#include <tuple>

#include "services/aggregator/fold/partition_fold.hpp"

namespace metricstream::fold {

void PartitionFold::emit(Block& block, std::uint32_t group_position, std::uint32_t slice) {
  BlockGroup& group = block.groups[group_position];
  PointState& point = group.points[slice];
  point.emitted = true;
  point.dirty = false;
  ++point.revisions;
  if (!live_) return;
  write_result(block, group, slice);
  block.last_output = cause_.offset;
  ++account_.results;
  account_.revisions += point.revisions > 1 ? 1 : 0;
}

void PartitionFold::write_result(Block& block, const BlockGroup& group, std::uint32_t slice) {
  const Slices::Slice& where = slices_.at(slice);
  const TimeNs begin = block.start + where.offset;
  const TimeNs end = begin + slices_.size(where.window);
  const RulePlan& plan = plans_[group.rule];
  values_.clear();
  results_.clear();
  gather(block, group, begin, end, values_);

  const std::vector<const Member*> members = members_in_order(block, group);
  const bool counters = std::ranges::any_of(members, [](const Member* m) { return m->type == MetricType::counter; });
  const double increase = plan.wants_increase && counters ? increase_of(members, begin, end) : 0;
  compute_fields(plan.fields, values_, increase, scratch_, results_);
  if (plan.implied_increase && counters) {
    compute_fields(std::span(&increase_field(), 1), values_, increase, scratch_, results_);
  }
  output_.window(cause_, {series_.output_series(group.id, group.attributes), where.window, begin, results_,
                          group.points[slice].revisions});
}

std::vector<const Member*> PartitionFold::members_in_order(const Block& block, const BlockGroup& group) const {
  std::vector<const Member*> out;
  out.reserve(group.members.size());
  for (const std::uint32_t member : group.members) out.push_back(&block.members[member]);
  std::ranges::sort(out, {}, [this](const Member* m) -> std::string_view { return series_.series(m->series).key; });
  return out;
}

// In the order (time, series key, value).
void PartitionFold::gather(const Block& block, const BlockGroup& group, TimeNs begin, TimeNs end,
                           std::vector<Value>& out) {
  if (group.members.size() == 1) {
    const SeriesSet& set = block.members[group.members.front()].set;
    set.collect(begin, end, out);
    if (set.has_observations()) {
      std::ranges::sort(
          out, [](const Value& a, const Value& b) { return std::tie(a.time, a.value) < std::tie(b.time, b.value); });
    }
    return;
  }
  struct Ranked {
    Value value;
    std::size_t rank;
  };
  std::vector<Ranked> ranked;
  const std::vector<const Member*> members = members_in_order(block, group);
  for (std::size_t rank = 0; rank < members.size(); ++rank) {
    out.clear();
    members[rank]->set.collect(begin, end, out);
    for (const Value& value : out) ranked.push_back({value, rank});
  }
  std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
    return std::tie(a.value.time, a.rank, a.value.value) < std::tie(b.value.time, b.rank, b.value.value);
  });
  out.clear();
  for (const Ranked& entry : ranked) out.push_back(entry.value);
}

// Each reading adds its difference from the reading before it, within predecessor_window; a fall means that the counter
// was reset and adds the new value; a reading without predecessor adds nothing.
double PartitionFold::increase_of(std::span<const Member* const> members, TimeNs begin, TimeNs end) const {
  double total = 0;
  for (const Member* const member : members) {
    if (member->type != MetricType::counter) continue;
    const std::span<const Value> readings = member->set.readings(begin, end);
    if (readings.empty()) continue;
    const Value* before = predecessor(member->series, readings.front().time);
    for (const Value& reading : readings) {
      if (before != nullptr && reading.time - before->time <= settings_.predecessor_window) {
        total += reading.value < before->value ? reading.value : reading.value - before->value;
      }
      before = &reading;
    }
  }
  return total;
}

const Value* PartitionFold::predecessor(SeriesId series, TimeNs before) const {
  auto place = blocks_.upper_bound(before);
  while (place != blocks_.begin()) {
    --place;
    if (place->first + block_size_ < before - settings_.predecessor_window) return nullptr;
    const Member* const member = place->second.find(series);
    const Value* const found = member == nullptr ? nullptr : member->set.reading_before(before);
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace metricstream::fold
