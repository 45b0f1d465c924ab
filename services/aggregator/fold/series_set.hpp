#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/clock.hpp"

namespace metricstream::fold {

struct Value {
  TimeNs time;
  double value;
};

enum class Insertion : std::uint8_t { inserted, duplicate, replaced };

// The samples of one series in one block: exactly one reading an instant, and beside them the multiset of samples that
// are identified by their batch (observations, samples without an own timestamp). Not thread-safe.
class SeriesSet {
 public:
  // A reading with its own timestamp. The same value again is a duplicate, another value replaces (log order decides).
  Insertion insert(TimeNs time, double value);
  // A sample of the second form: whoever calls has made sure that it was not seen before.
  void add(TimeNs time, double value);

  // Is there a reading with this own timestamp?
  [[nodiscard]] bool has_reading(TimeNs time) const;
  // The last sample before, or the first one after, `time`, whichever its form; null where there is none.
  [[nodiscard]] const Value* last_before(TimeNs time) const;
  [[nodiscard]] const Value* first_after(TimeNs time) const;
  // Appends every sample of [begin, end), in the order (time, value).
  void collect(TimeNs begin, TimeNs end, std::vector<Value>& out) const;
  // Asks the processor for the place of the next reading.
  void prefetch() const { __builtin_prefetch(readings_.data() + readings_.size(), 1); }
  [[nodiscard]] std::size_t size() const { return readings_.size() + others_.size(); }

 private:
  std::vector<Value> readings_;  // ascending by time
  std::vector<Value> others_;    // ascending by time and value
};

}  // namespace metricstream::fold
