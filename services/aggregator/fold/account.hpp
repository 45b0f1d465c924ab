#pragma once

#include <cstdint>

namespace metricstream::fold {

// Every sample of every record folded live is in exactly one of these:
// samples = counted + duplicate + replaced + dropped + late. A sample that a later one replaced is `replaced` once and
// leaves `counted` to the later one. Replayed records are not counted again.
struct Account {
  std::uint64_t records = 0;
  std::uint64_t ticks = 0;
  std::uint64_t samples = 0;
  std::uint64_t counted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t replaced = 0;
  std::uint64_t dropped = 0;
  std::uint64_t late = 0;
  std::uint64_t results = 0;    // window results written, first ones and revisions
  std::uint64_t revisions = 0;  // of these, not the first
};

}  // namespace metricstream::fold
