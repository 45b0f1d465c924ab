#include "services/aggregator/sink/line_batch.hpp"

#include <algorithm>

namespace metricstream::sink {

void LineBatch::append(std::int64_t offset, TimeNs point_time, std::string_view line) {
  if (lines_.empty()) first_offset_ = offset;
  text_.append(line);
  text_.push_back('\n');
  lines_.push_back({.end = static_cast<std::uint32_t>(text_.size()),
                    .offset_delta = static_cast<std::uint32_t>(offset - first_offset_),
                    .point_time = point_time});
  oldest_point_time_ = std::min(oldest_point_time_, point_time);
}

bool LineBatch::fits(std::int64_t offset) const {
  return lines_.empty() || offset - first_offset_ <= std::numeric_limits<std::uint32_t>::max();
}

std::string_view LineBatch::line(std::size_t index) const {
  const std::size_t begin = begin_of(index);
  return std::string_view{text_}.substr(begin, lines_[index].end - begin - 1);
}

std::string_view LineBatch::text(std::size_t first, std::size_t last) const {
  if (first == last) return {};
  const std::size_t begin = begin_of(first);
  return std::string_view{text_}.substr(begin, lines_[last - 1].end - begin);
}

}  // namespace metricstream::sink
