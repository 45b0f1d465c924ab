#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "common/model/sample.hpp"
#include "services/aggregator/fold/position.hpp"
#include "services/aggregator/fold/series_set.hpp"
#include "services/aggregator/fold/series_table.hpp"

namespace metricstream::fold {

// The slices of a block: every window of every size that lies in it, numbered size by size.
class Slices {
 public:
  explicit Slices(const std::vector<WindowSize>& windows);

  struct Slice {
    std::uint32_t window;  // index into the windows
    TimeNs offset;         // of its start from the block's
  };

  [[nodiscard]] std::size_t count() const { return slices_.size(); }
  [[nodiscard]] const Slice& at(std::size_t slice) const { return slices_[slice]; }
  [[nodiscard]] std::size_t windows() const { return sizes_.size(); }
  [[nodiscard]] TimeNs size(std::size_t window) const { return sizes_[window]; }
  // The slice of this window size that holds a time this far into the block.
  [[nodiscard]] std::uint32_t find(std::size_t window, TimeNs into_block) const {
    return first_[window] + static_cast<std::uint32_t>(into_block / sizes_[window]);
  }

 private:
  std::vector<TimeNs> sizes_;
  std::vector<std::uint32_t> first_;  // by window
  std::vector<Slice> slices_;
};

// A source series within one block.
struct Member {
  SeriesId series;
  std::uint32_t group;  // into Block::groups; of no use once the block is closed
  MetricType type;      // of the block's first record of it; so are the attributes
  AttributesId attributes;
  SeriesSet set;
};

// What was done about one output point.
struct PointState {
  bool present = false;  // there are samples
  bool emitted = false;
  bool dirty = false;  // on the block's list: to be written at the next revision time
  std::uint32_t revisions = 0;
};

// An output series within one block: a group, or several that their attributes complete to the same name.
struct BlockGroup {
  GroupId id;                          // the first one
  AttributesId attributes;             // of its first member
  std::vector<std::uint32_t> members;  // into Block::members
};

struct DirtyPoint {
  std::uint32_t group;  // into Block::groups
  std::uint32_t slice;
};

// The samples of [start, start + size of the largest window) and the state of the results over them.
struct Block {
  TimeNs start = 0;
  Position first;                  // the first record that put something here
  std::int64_t last_output = -1;   // offset of the last record that caused output of it
  std::uint64_t samples = 0;       // in the sets
  std::vector<Member> members;     // in log order
  std::vector<BlockGroup> groups;  // in log order; none once the block is closed
  std::vector<PointState> points;  // by group, then slice
  std::vector<DirtyPoint> dirty;
  boost::unordered_flat_map<SeriesId, std::uint32_t> member_index;
  boost::unordered_flat_map<GroupId, std::uint32_t> group_index;
  // By the hash of the series they are written as; filled only where two groups may be written as one.
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> names;
  std::uint32_t named = 0;  // groups that are in `names`

  [[nodiscard]] Member* find(SeriesId series);
  [[nodiscard]] const Member* find(SeriesId series) const;
};

}  // namespace metricstream::fold
