#include "services/aggregator/fold/series_table.hpp"

#include <algorithm>

namespace metricstream::fold {
namespace {

constexpr std::string_view kSingleMeasurement = "server_metrics";
constexpr std::string_view kNameTag = "metric_name";
constexpr std::string_view kMovedNameTag = "_metric_name";  // where a sample has a tag of that name itself

void make_key(std::string& out, std::string_view client_id, std::string_view name, std::span<const TagView> tags) {
  out.clear();
  out += client_id;
  out += '\n';  // in no client id
  append_series_key(out, name, tags);
}

template <class Container>
std::uint32_t take_slot(Container& elements, std::vector<std::uint32_t>& free) {
  if (free.empty()) {
    elements.emplace_back();
    return static_cast<std::uint32_t>(elements.size() - 1);
  }
  const std::uint32_t id = free.back();
  free.pop_back();
  return id;
}

}  // namespace

SeriesId SeriesTable::acquire(std::string_view client_id, std::string_view name, std::span<const TagView> tags) {
  make_key(scratch_, client_id, name, tags);
  if (const auto known = series_index_.find(std::string_view(scratch_)); known != series_index_.end()) {
    retain(known->second);
    return known->second;
  }
  const SeriesId id = take_slot(series_, free_series_);
  if (id == states_.size()) states_.emplace_back();
  Series& series = series_[id];
  series.key = scratch_;
  states_[id].rule = rules_.resolve(name, tags);
  states_[id].holders = 1;
  const Rule& rule = rules_.at(states_[id].rule);
  series.raw_group = hold_group(client_id, name, tags);
  series.group = rule.grouping == Grouping::none ? hold_group(client_id, name, tags)
                                                 : hold_group(client_id, name, rule.group_tags(tags));
  series_index_.emplace(series.key, id);
  return id;
}

void SeriesTable::release(SeriesId id) {
  SeriesState& state = states_[id];
  if (--state.holders > 0) return;
  state = SeriesState{.generation = std::max(state.generation + 1, 1U)};
  Series& series = series_[id];
  series_index_.erase(std::string_view(series.key));
  drop_group(series.group);
  drop_group(series.raw_group);
  series = Series{};
  free_series_.push_back(id);
}

GroupId SeriesTable::hold_group(std::string_view client_id, std::string_view name, std::span<const TagView> tags) {
  make_key(scratch_, client_id, name, tags);
  if (const auto known = group_index_.find(std::string_view(scratch_)); known != group_index_.end()) {
    ++groups_[known->second].holders;
    return known->second;
  }
  const GroupId id = take_slot(groups_, free_groups_);
  Group& group = groups_[id];
  group.key = scratch_;
  group.client_id = client_id;
  group.name = name;
  for (const auto& [key, value] : tags) group.tags.emplace_back(key, value);
  group.holders = 1;
  group.is_namesake = has_attribute_name(group);
  namesakes_ += group.is_namesake ? 1 : 0;
  group_index_.emplace(group.key, id);
  return id;
}

void SeriesTable::drop_group(GroupId id) {
  Group& group = groups_[id];
  if (--group.holders > 0) return;
  group_index_.erase(std::string_view(group.key));
  namesakes_ -= group.is_namesake ? 1 : 0;
  group = Group{};
  free_groups_.push_back(id);
}

AttributesId SeriesTable::attributes_id(const std::vector<std::pair<std::string_view, std::string_view>>& attributes) {
  const auto same = [&](const auto& known) {
    return std::ranges::equal(known, attributes,
                              [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; });
  };
  // Attributes come from the configuration of a few ingest hosts: a handful, so that a search is the fastest.
  const auto known = std::ranges::find_if(attributes_, same);
  if (known != attributes_.end()) return static_cast<AttributesId>(known - attributes_.begin());
  attributes_.emplace_back(attributes.begin(), attributes.end());
  learn_attribute_names(attributes);
  return static_cast<AttributesId>(attributes_.size() - 1);
}

// Looks at every group, but hardly ever: the configuration of an ingest host has got another attribute.
void SeriesTable::learn_attribute_names(const std::vector<std::pair<std::string_view, std::string_view>>& attributes) {
  const std::size_t before = attribute_names_.size();
  for (const auto& [name, value] : attributes) {
    if (std::ranges::find(attribute_names_, name) == attribute_names_.end()) attribute_names_.emplace_back(name);
  }
  if (attribute_names_.size() == before) return;
  namesakes_ = 0;
  for (Group& group : groups_) {
    group.is_namesake = has_attribute_name(group);
    namesakes_ += group.is_namesake ? 1 : 0;
  }
}

bool SeriesTable::has_attribute_name(const Group& group) const {
  return std::ranges::any_of(group.tags, [this](const auto& tag) {
    return std::ranges::find(attribute_names_, tag.first) != attribute_names_.end();
  });
}

const std::string& SeriesTable::output_series(GroupId id, AttributesId attributes) {
  Group& group = groups_[id];
  if (group.text_attributes == attributes) return group.text;
  const bool single = layout_ == Layout::single;
  std::vector<TagView> tags;
  tags.reserve(group.tags.size() + 4);
  // No sample can have the tag `client_id`, or a key with a leading underscore; `metric_name` it can.
  for (const auto& [key, value] : group.tags) {
    tags.emplace_back(single && key == kNameTag ? kMovedNameTag : std::string_view(key), value);
  }
  std::ranges::sort(tags, {}, &TagView::first);
  const auto add = [&tags](std::string_view key, std::string_view value) {
    const auto place = std::ranges::lower_bound(tags, key, {}, &TagView::first);
    if (place == tags.end() || place->first != key) tags.insert(place, {key, value});
  };
  add("client_id", group.client_id);
  if (single) add(kNameTag, group.name);
  for (const auto& [key, value] : attributes_[attributes]) add(key, value);
  group.text.clear();
  append_series_key(group.text, single ? kSingleMeasurement : std::string_view(group.name), tags);
  group.text_attributes = attributes;
  return group.text;
}

}  // namespace metricstream::fold
