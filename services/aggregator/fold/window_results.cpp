// The results of PartitionFold: functions over the sets, computed when they are written and never kept.
#include <algorithm>
#include <tuple>

#include "services/aggregator/fold/partition_fold.hpp"

namespace metricstream::fold {

void PartitionFold::emit(Block& block, std::uint32_t group, std::uint32_t slice) {
  PointState& state = point(block, group, slice);
  state.emitted = true;
  state.dirty = false;
  ++state.revisions;
  if (!live_) return;
  write_result(block, block.groups[group], slice, state.revisions);
  block.last_output = cause_.offset;
  ++account_.results;
  account_.revisions += state.revisions > 1 ? 1 : 0;
}

void PartitionFold::write_result(const Block& block, const BlockGroup& group, std::uint32_t slice,
                                 std::uint32_t revision) {
  const Slices::Slice& where = slices_.at(slice);
  const TimeNs begin = block.start + where.offset;
  const TimeNs end = begin + slices_.size(where.window);
  gather(block, group, where.window, begin, end);
  compute_results(begin, end);
  output_.window(cause_, {series_.output_series(group.id, group.attributes), where.window, begin, results_, revision});
}

// The fields of every rule among the contributors: these only get more, so that no field that was written once is left
// out later, and stays in InfluxDB with its old value.
void PartitionFold::compute_results(TimeNs begin, TimeNs end) {
  bool counters = false;
  double increase = 0;
  if (std::ranges::any_of(rules_, [this](std::uint32_t rule) { return plans_[rule].wants_increase; })) {
    for (const Member* const member : contributors_) {
      if (member->type != MetricType::counter) continue;
      counters = true;
      increase += increase_of(*member, begin, end);
    }
  }
  const auto is_missing = [this](const Field& field) {
    return std::ranges::find(results_, field.name, &FieldValue::name) == results_.end();
  };
  results_.clear();
  compute_fields(plans_[rules_.front()].fields, values_, increase, scratch_, results_);
  bool implied_increase = false;
  for (const std::uint32_t rule : rules_) {
    implied_increase = implied_increase || plans_[rule].implied_increase;
    if (rule == rules_.front()) continue;
    for (const Field& field : plans_[rule].fields) {
      if (is_missing(field)) compute_fields({&field, 1}, values_, increase, scratch_, results_);
    }
  }
  if (implied_increase && counters && is_missing(increase_field())) {
    results_.push_back({.name = increase_field().name, .value = increase});
  }
}

// Who contributes is decided by the window's own samples alone, so that each change of a result touches its window.
void PartitionFold::gather(const Block& block, const BlockGroup& group, std::size_t window, TimeNs begin, TimeNs end) {
  contributors_.clear();
  rules_.clear();
  values_.clear();
  for (const std::uint32_t position : group.members) {
    const Member& member = block.members[position];
    if (!std::ranges::binary_search(plan_of(member.series).windows, window)) continue;
    const std::size_t before = values_.size();
    member.set.collect(begin, end, values_);
    if (values_.size() == before) continue;
    contributors_.push_back(&member);
    const std::uint32_t rule = series_.state(member.series).rule;
    if (rules_.empty() || rules_.back() != rule) rules_.push_back(rule);
  }
  if (contributors_.size() <= 1) return;
  std::ranges::sort(rules_);
  rules_.erase(std::unique(rules_.begin(), rules_.end()), rules_.end());
  merge_contributors(begin, end);
}

// Into the order (time, series key, value).
void PartitionFold::merge_contributors(TimeNs begin, TimeNs end) {
  std::ranges::sort(contributors_, {},
                    [this](const Member* m) -> std::string_view { return series_.series(m->series).key; });
  ranked_.clear();
  for (std::size_t rank = 0; rank < contributors_.size(); ++rank) {
    member_values_.clear();
    contributors_[rank]->set.collect(begin, end, member_values_);
    for (const Value& value : member_values_) ranked_.push_back({value, rank});
  }
  std::ranges::sort(ranked_, [](const Ranked& a, const Ranked& b) {
    return std::tie(a.value.time, a.rank, a.value.value) < std::tie(b.value.time, b.rank, b.value.value);
  });
  values_.clear();
  for (const Ranked& entry : ranked_) values_.push_back(entry.value);
}

// Each sample adds its difference from the one before it, within predecessor_window; a fall means that the counter was
// reset and adds the new value; a sample without predecessor adds nothing.
double PartitionFold::increase_of(const Member& member, TimeNs begin, TimeNs end) {
  member_values_.clear();
  member.set.collect(begin, end, member_values_);
  double total = 0;
  const Value* before = predecessor(member.series, member_values_.front().time);
  for (const Value& value : member_values_) {
    if (before != nullptr && value.time - before->time <= settings_.predecessor_window) {
      total += value.value < before->value ? value.value : value.value - before->value;
    }
    before = &value;
  }
  return total;
}

// Only where the series was a counter: a gauge of the same name says nothing about an increase.
const Value* PartitionFold::predecessor(SeriesId series, TimeNs before) const {
  auto place = blocks_.upper_bound(before);
  while (place != blocks_.begin()) {
    --place;
    if (place->first + block_size_ < before - settings_.predecessor_window) return nullptr;
    const Member* const member = place->second.find(series);
    if (member == nullptr || member->type != MetricType::counter) continue;
    if (const Value* const found = member->set.last_before(before)) return found;
  }
  return nullptr;
}

}  // namespace metricstream::fold
