#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "common/base/clock.hpp"

// What the limiter is compared with: a list of every charge, summed anew for each question.
namespace metricstream::limits::test {

constexpr TimeNs kEarliest = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kLatest = std::numeric_limits<TimeNs>::max();

inline TimeNs minus(TimeNs a, TimeNs b) { return a < kEarliest + b ? kEarliest : a - b; }
inline TimeNs plus(TimeNs a, TimeNs b) {
  if (b < 0) return a < kEarliest - b ? kEarliest : a + b;
  return a > kLatest - b ? kLatest : a + b;
}

class ExactLog {
 public:
  // The newest time seen: a clock that goes back is taken to stand still.
  TimeNs see(TimeNs now) { return newest_ = std::max(newest_, now); }
  [[nodiscard]] TimeNs newest() const { return newest_; }

  // At the newest time. The number of the charge, for give_back().
  std::size_t charge(std::uint64_t amount) {
    charges_.push_back({newest_, amount});
    return charges_.size() - 1;
  }
  void give_back(std::size_t charge) { charges_[charge].amount = 0; }

  // Charged in [newest - window, newest], both ends included: as strict as a window can be.
  [[nodiscard]] std::uint64_t in_window(TimeNs window) const { return since(minus(newest_, window)); }
  // Charged in (newest - window, newest]: as lenient as a window can be.
  [[nodiscard]] std::uint64_t in_open_window(TimeNs window) const {
    const TimeNs start = minus(newest_, window);
    return start == kEarliest ? since(start) : since(start + 1);
  }
  // The most that any window of this length, both ends included, holds.
  [[nodiscard]] std::uint64_t worst_window(TimeNs window) const {
    std::uint64_t worst = 0;
    std::uint64_t sum = 0;
    std::size_t first = 0;
    for (const Charge& last : charges_) {
      sum += last.amount;
      while (charges_[first].time < minus(last.time, window)) sum -= charges_[first++].amount;
      worst = std::max(worst, sum);
    }
    return worst;
  }

 private:
  struct Charge {
    TimeNs time;
    std::uint64_t amount;
  };
  [[nodiscard]] std::uint64_t since(TimeNs start) const {
    std::uint64_t sum = 0;
    for (auto charge = charges_.rbegin(); charge != charges_.rend() && charge->time >= start; ++charge) {
      sum += charge->amount;
    }
    return sum;
  }

  std::vector<Charge> charges_;  // in the order of time
  TimeNs newest_ = kEarliest;
};

// Times that hurt: standing still, a nanosecond either side of a slot's edge, of a window's and of a window and a
// slot's, small steps back, long gaps, and both ends of time.
class Schedule {
 public:
  enum class Clock { steps_back, never_back };

  Schedule(std::uint64_t seed, TimeNs window, TimeNs slot, Clock clock = Clock::steps_back)
      : random_(seed), window_(window), slot_(slot), steps_back_(clock == Clock::steps_back) {
    const TimeNs starts[] = {0,
                             -7,
                             kEarliest,
                             kLatest - 20 * window,
                             1'700'000'000 * kSecond,
                             -5 * window,
                             kEarliest + window,
                             kLatest - window / 2};
    now_ = starts[random_() % std::size(starts)];
  }

  TimeNs next() {
    switch (random_() % 14) {
      case 0:
      case 1:
      case 2:
        return now_;
      case 3:
        return now_ = plus(now_, jitter() - (steps_back_ ? 1 : 0));
      case 4:
        return now_ = plus(edge(), jitter() - 1);
      case 5:
        return now_ = plus(now_, slot_ + jitter() - 1);
      case 6:
        return now_ = plus(now_, window_ + jitter() - 1);
      case 7:
        return now_ = plus(now_, window_ + slot_ + jitter() - 1);
      case 8:
        return steps_back_ ? plus(now_, -static_cast<TimeNs>(below(2 * slot_))) : now_;  // and forward again
      case 9:
        return now_ = plus(now_, static_cast<TimeNs>(below(10 * window_)));
      case 10:
        return random_() % 20 == 0 ? now_ = plus(now_, kLatest / 2) : now_;
      default:
        return now_ = plus(now_, static_cast<TimeNs>(below(window_ / 4)));
    }
  }

  // A share of the limit: mostly small, sometimes all of it.
  std::uint32_t amount(std::uint32_t limit) {
    const std::uint32_t most = random_() % 10 == 0 ? limit : std::max<std::uint32_t>(1, limit / 4);
    return 1 + static_cast<std::uint32_t>(random_() % most);
  }
  std::uint64_t below(TimeNs end) { return random_() % static_cast<std::uint64_t>(std::max<TimeNs>(end, 1)); }
  bool one_in(unsigned count) { return random_() % count == 0; }

 private:
  TimeNs jitter() { return static_cast<TimeNs>(random_() % 3); }
  TimeNs edge() const {
    const TimeNs rest = now_ % slot_;
    return plus(now_, slot_ - (rest < 0 ? rest + slot_ : rest));
  }

  std::mt19937_64 random_;
  TimeNs window_;
  TimeNs slot_;
  bool steps_back_;
  TimeNs now_ = 0;
};

}  // namespace metricstream::limits::test
