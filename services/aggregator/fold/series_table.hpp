#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/hash.hpp"
#include "common/model/series_key.hpp"
#include "services/aggregator/fold/fold_settings.hpp"

namespace metricstream::fold {

using SeriesId = std::uint32_t;
using GroupId = std::uint32_t;
using AttributesId = std::uint32_t;

// A source series: who sent it, and which results it takes part in.
struct Series {
  std::string key;  // client id, '\n', canonical series key: identity and the order of summation
  GroupId group = 0;
  GroupId raw_group = 0;  // the name of its raw points: itself, ungrouped
};

// What is asked about a series for each of its samples, kept close together.
struct SeriesState {
  std::uint32_t rule = 0;
  std::uint32_t holders = 0;     // blocks, and the record being folded
  std::uint32_t generation = 1;  // of the number: another one after each reuse
  // Where its last sample went: member `last_member` of the block that starts at `last_block`.
  std::uint32_t last_member = 0;
  TimeNs last_block = INT64_MIN;
};

// A number that may have been given to another series since.
struct SeriesHandle {
  SeriesId id = 0;
  std::uint32_t generation = 0;  // never a living one's
};

// An output series before the attributes: two rules that lead to the same name lead to the same group. Where attributes
// complete the names of two groups to the same one, the block brings them together (PartitionFold::group_for), so that
// no two results ever overwrite each other in InfluxDB.
struct Group {
  std::string key;  // client id, '\n', canonical key of the group's name and tags
  std::string client_id;
  std::string name;
  std::vector<std::pair<std::string, std::string>> tags;  // sorted
  std::uint32_t holders = 0;                              // series that lead here
  bool is_namesake = false;                               // one of the tags has the name of an attribute
  // The line-protocol series for the attributes asked for last: they hardly ever change.
  std::string text;
  AttributesId text_attributes = UINT32_MAX;
};

// Gives series, groups and sets of attributes small numbers for as long as a block holds them. Not thread-safe.
class SeriesTable {
 public:
  SeriesTable(const RuleSet& rules, Layout layout) : rules_(rules), layout_(layout) {}

  // Finds or adds, and retains: each call is matched by a release().
  SeriesId acquire(std::string_view client_id, std::string_view name, std::span<const TagView> sorted_tags);
  [[nodiscard]] const Series& series(SeriesId id) const { return series_[id]; }
  [[nodiscard]] const Group& group(GroupId id) const { return groups_[id]; }
  [[nodiscard]] SeriesState& state(SeriesId id) { return states_[id]; }
  [[nodiscard]] const SeriesState& state(SeriesId id) const { return states_[id]; }
  [[nodiscard]] SeriesHandle handle(SeriesId id) const { return {id, states_[id].generation}; }
  // Is the handle's series held by somebody, still?
  [[nodiscard]] bool is_alive(SeriesHandle handle) const {
    return handle.generation != 0 && states_[handle.id].generation == handle.generation;
  }
  void retain(SeriesId id) { ++states_[id].holders; }
  // The last release frees the number (and the group's, when no series leads there any more).
  void release(SeriesId id);

  // Can two groups be written as one series? Only where one has a tag of its own that the other gets as an attribute.
  [[nodiscard]] bool has_namesakes() const { return namesakes_ > 0; }

  AttributesId attributes_id(const std::vector<std::pair<std::string_view, std::string_view>>& attributes);

  // Line protocol's series of a result: the group's tags, client_id, and those attributes that the group's own tags do
  // not name. In the single layout the name is the tag `metric_name`, and a sample's own tag of that name moves to
  // `_metric_name`, so that no two series are written as one. The reference lives until the next call.
  [[nodiscard]] const std::string& output_series(GroupId id, AttributesId attributes);

  [[nodiscard]] std::size_t size() const { return series_.size() - free_series_.size(); }

 private:
  using Index = boost::unordered_flat_map<std::string_view, std::uint32_t, TableHash, std::equal_to<>>;

  GroupId hold_group(std::string_view client_id, std::string_view name, std::span<const TagView> tags);
  void drop_group(GroupId id);
  void learn_attribute_names(const std::vector<std::pair<std::string_view, std::string_view>>& attributes);
  [[nodiscard]] bool has_attribute_name(const Group& group) const;

  const RuleSet& rules_;
  Layout layout_;
  std::vector<SeriesState> states_;
  std::deque<Series> series_;  // elements stay put: the indexes hold views of their keys
  std::deque<Group> groups_;
  std::vector<std::uint32_t> free_series_;
  std::vector<std::uint32_t> free_groups_;
  Index series_index_;
  Index group_index_;
  std::vector<std::vector<std::pair<std::string, std::string>>> attributes_;
  std::vector<std::string> attribute_names_;  // of all of them
  std::size_t namesakes_ = 0;                 // groups
  std::string scratch_;
};

}  // namespace metricstream::fold
