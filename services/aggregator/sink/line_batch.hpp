#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"

namespace metricstream::sink {

// Lines of line protocol for one request: all of one shard group, in the order in which they were pushed.
// One buffer that is sent as it is, and 16 bytes a line beside it.
class LineBatch {
 public:
  // `line` without its newline; offsets never fall, and stay within 2^32 of the first (see fits()).
  void append(std::int64_t offset, TimeNs point_time, std::string_view line);

  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return text_.size(); }
  // Whether a line of this record can still be appended.
  [[nodiscard]] bool fits(std::int64_t offset) const;

  [[nodiscard]] std::string_view line(std::size_t index) const;                    // without newline
  [[nodiscard]] std::string_view text(std::size_t first, std::size_t last) const;  // [first, last), each with newline
  [[nodiscard]] std::int64_t offset(std::size_t index) const { return first_offset_ + lines_[index].offset_delta; }
  [[nodiscard]] TimeNs point_time(std::size_t index) const { return lines_[index].point_time; }
  [[nodiscard]] TimeNs oldest_point_time() const { return oldest_point_time_; }

 private:
  struct Line {
    std::uint32_t end;  // position behind the newline
    std::uint32_t offset_delta;
    TimeNs point_time;
  };

  [[nodiscard]] std::size_t begin_of(std::size_t index) const { return index == 0 ? 0 : lines_[index - 1].end; }

  std::string text_;
  std::vector<Line> lines_;
  std::int64_t first_offset_ = 0;
  TimeNs oldest_point_time_ = std::numeric_limits<TimeNs>::max();
};

}  // namespace metricstream::sink
