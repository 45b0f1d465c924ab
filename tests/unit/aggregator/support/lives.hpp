#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "services/aggregator/fold/commit_metadata.hpp"
#include "tests/unit/aggregator/support/log.hpp"
#include "tests/unit/aggregator/support/random.hpp"
#include "tests/unit/aggregator/support/recorder.hpp"
#include "tests/unit/aggregator/support/scenario.hpp"
#include "tests/unit/aggregator/support/truth.hpp"

namespace metricstream::fold::test {

// What a wrong aggregator might do; the checks must notice each of them.
enum class Mistake : std::uint8_t {
  none,
  begins_at_n,           // B = n: the open blocks are not read again
  ignores_key_pins,      // B covers the blocks, but not the keys
  closes_unsettled,      // C passes blocks whose last results are not durable yet
  claims_undurable,      // n = the fold's position, whatever the lanes have acknowledged
  forgets_stream_time,   // TB = 0
  forgets_closed_blocks  // C goes on, but B does not cover the closed blocks that `increase` reads
};

// One partition's log folded by owner after owner. Outputs wait in one lane for the raw points and one for each window
// size, are acknowledged in order after random delays and long outages, and are applied then; commits happen at any
// moment and may get lost; a crash loses what waits, of which the store may have applied the first ones all the same.
// Each life begins from the last commit as parsed from its text.
class Lives {
 public:
  Lives(std::uint64_t seed, const Scenario& scenario, Mistake mistake = Mistake::none);

  // Runs to the end of the log. Empty when all went well, otherwise what did not.
  std::string run();

  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }
  [[nodiscard]] std::uint64_t replayed() const { return replayed_; }

 private:
  struct Lane {
    std::deque<Written> waiting;
    std::size_t stalled_until = 0;  // log offset
  };
  struct Life;

  void write_reference();
  std::string live();  // until the end or a crash
  std::string check_outputs(const Life& life, std::size_t offset) const;
  void acknowledge(std::size_t offset);
  void apply_first(Lane& lane, std::size_t count);
  [[nodiscard]] Position durable(Position next) const;
  std::string commit(Life& life);
  std::string check_positions(const Life& life, Position begin, Position durable_at) const;
  [[nodiscard]] Position begin_of(const Life& life, Position durable_at) const;
  [[nodiscard]] bool has_wrong_fold() const {
    return mistake_ == Mistake::ignores_key_pins || mistake_ == Mistake::forgets_closed_blocks;
  }
  void crash();

  const Scenario& scenario_;
  DecodedLog log_;
  // The log and the settings of the fold that a wrong aggregator asks for B.
  Log wrong_log_;
  DecodedLog wrong_decoded_;
  FoldSettings wrong_settings_;
  Random random_;
  Mistake mistake_;
  // What a fold that never crashed and never forgot writes at each offset.
  std::vector<std::vector<Written>> reference_;
  Truth truth_;
  std::vector<TimeNs> stream_times_;  // before each record, and after the last

  std::int64_t committed_offset_ = 0;
  std::string committed_ = "2;0;0;0;-;-;-";
  std::array<Lane, 4> lanes_;
  Contents store_;
  bool finished_ = false;
  std::uint64_t crashes_ = 0;
  std::uint64_t replayed_ = 0;
};

}  // namespace metricstream::fold::test
