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

  [[nodiscard]] bool has_reading(TimeNs time) const;
  // Readings of [begin, end), ascending by time.
  [[nodiscard]] std::span<const Value> readings(TimeNs begin, TimeNs end) const;
  [[nodiscard]] std::span<const Value> readings() const { return readings_; }
  // The reading before, or after, `time`; null where there is none.
  [[nodiscard]] const Value* reading_before(TimeNs time) const;
  [[nodiscard]] const Value* reading_after(TimeNs time) const;
  // Appends every sample of [begin, end), in no particular order.
  void collect(TimeNs begin, TimeNs end, std::vector<Value>& out) const;
  [[nodiscard]] bool has_observations() const { return !observations_.empty(); }
  [[nodiscard]] std::size_t size() const { return readings_.size() + observations_.size(); }

 private:
  std::vector<Value> readings_;      // ascending by time
  std::vector<Value> observations_;  // in log order
};

}  // namespace metricstream::fold
