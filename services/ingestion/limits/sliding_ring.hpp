#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "common/base/clock.hpp"

namespace metricstream::limits {

// What was charged within the last `Window` nanoseconds, summed in a ring of `Slots` + 1 slots that are aligned to
// multiples of Window / Slots: the slot of now and all that the window still touches. So the sum covers the window
// wherever it begins, and reaches at most one slot further back. Charging only while sum + amount <= limit keeps every
// window of that length, both ends included, at or below the limit, and refuses nothing that an exact log of window +
// one slot would take.
//
// Time is the caller's, best a clock that never goes back; where it does, the ring stays at the newest time it has
// seen, which can only refuse more. Any TimeNs will do, the extremes too. Plain memory, no allocation; not thread-safe.
template <TimeNs Window, std::int64_t Slots>
class SlidingRing {
  static_assert(Window % Slots == 0, "slots have to tile the window");
  static_assert(Window / Slots >= 4, "differences of slot numbers have to fit");

 public:
  static constexpr TimeNs kWindow = Window;
  static constexpr TimeNs kSlot = Window / Slots;

  [[nodiscard]] static constexpr std::int64_t slot_at(TimeNs time) { return time / kSlot - (time % kSlot < 0 ? 1 : 0); }

  SlidingRing() = default;
  // An empty ring whose time is `slot` or later.
  explicit SlidingRing(std::int64_t slot) : newest_(slot) {}

  // Lets go of what has left the window at `now`.
  void advance(TimeNs now) {
    const std::int64_t slot = slot_at(now);
    if (slot <= newest_) return;
    if (used_ > 0) forget_before(slot);
    newest_ = slot;
  }

  // As of the newest time seen.
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] std::int64_t newest_slot() const { return newest_; }
  [[nodiscard]] bool has_charge_in_newest_slot() const { return counts_[index_of(newest_)] > 0; }
  [[nodiscard]] bool fits(std::uint64_t amount, std::uint64_t limit) const { return used_ + amount <= limit; }

  // Charges the newest slot, whose number is what give_back() wants. The sum has to fit 32 bits.
  std::int64_t charge(std::uint32_t amount) {
    counts_[index_of(newest_)] += amount;
    used_ += amount;
    return newest_;
  }

  // Takes a charge of that slot back; one that has left the window vanishes.
  void give_back(std::int64_t slot, std::uint32_t amount) {
    if (slot > newest_ || newest_ - slot > Slots) return;
    std::uint32_t& count = counts_[index_of(slot)];
    const std::uint32_t taken = std::min(amount, count);
    count -= taken;
    used_ -= taken;
  }

  // The first instant at which no more than `amount` of what is charged now is still in the window.
  [[nodiscard]] TimeNs when_at_most(std::uint32_t amount) const {
    std::int64_t leaves = newest_;  // the slot number whose start is that instant
    std::size_t index = index_of(newest_);
    std::uint32_t rest = used_;
    for (std::int64_t age = Slots; rest > amount; --age) {
      index = next(index);
      rest -= counts_[index];
      leaves = newest_ - age + Slots + 1;
    }
    return start_of(leaves);
  }

 private:
  static constexpr std::size_t kCount = static_cast<std::size_t>(Slots) + 1;

  static constexpr std::size_t index_of(std::int64_t slot) {
    const std::int64_t rest = slot % (Slots + 1);
    return static_cast<std::size_t>(rest < 0 ? rest + Slots + 1 : rest);
  }
  static constexpr std::size_t next(std::size_t index) { return index + 1 == kCount ? 0 : index + 1; }

  static constexpr TimeNs start_of(std::int64_t slot) {
    constexpr TimeNs kEnd = std::numeric_limits<TimeNs>::max();
    return slot > kEnd / kSlot ? kEnd : slot * kSlot;
  }

  void forget_before(std::int64_t slot) {
    if (slot - newest_ > Slots) {
      counts_.fill(0);
      used_ = 0;
      return;
    }
    std::size_t index = index_of(newest_);
    for (std::int64_t steps = slot - newest_; steps > 0; --steps) {
      index = next(index);
      used_ -= std::exchange(counts_[index], 0U);
    }
  }

  std::int64_t newest_ = slot_at(std::numeric_limits<TimeNs>::min());
  std::uint32_t used_ = 0;  // the sum of all counts
  std::array<std::uint32_t, kCount> counts_{};
};

}  // namespace metricstream::limits
