#include "services/aggregator/fold/block.hpp"

namespace metricstream::fold {

Slices::Slices(const std::vector<WindowSize>& windows) {
  TimeNs block = 0;
  for (const WindowSize& window : windows) block = std::max(block, window.size);
  for (std::uint32_t i = 0; i < windows.size(); ++i) {
    sizes_.push_back(windows[i].size);
    first_.push_back(static_cast<std::uint32_t>(slices_.size()));
    for (TimeNs offset = 0; offset < block; offset += windows[i].size) slices_.push_back({i, offset});
  }
}

Member* Block::find(SeriesId series) {
  const auto place = member_index.find(series);
  return place == member_index.end() ? nullptr : &members[place->second];
}

const Member* Block::find(SeriesId series) const {
  const auto place = member_index.find(series);
  return place == member_index.end() ? nullptr : &members[place->second];
}

}  // namespace metricstream::fold
