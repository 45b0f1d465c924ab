#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/model/batch.hpp"

namespace metricstream::testing {

// What a sample says, with every reference resolved: two records mean the same when their facts are equal.
struct SampleFacts {
  std::string name;
  std::string unit;
  MetricType type;
  std::vector<std::pair<std::string, std::string>> tags;
  TimeNs time;
  double value;
  std::uint32_t index;
  Placement placement;
  TimeNs original;
  bool operator==(const SampleFacts&) const = default;
};

inline SampleFacts facts_of(const Batch& batch, std::uint32_t position) {
  const SeriesRow& row = batch.series.at(batch.sample_series.at(position));
  SampleFacts facts{std::string(batch.text(row.name)),
                    row.unit == kNoString ? "" : std::string(batch.text(row.unit)),
                    row.type,
                    {},
                    batch.timestamps.at(position),
                    batch.values.at(position),
                    batch.indexes.at(position),
                    Placement::own,
                    0};
  for (std::uint32_t k = 0; k < row.tag_count; ++k) {
    const TagRef tag = batch.tags.at(row.first_tag + k);
    facts.tags.emplace_back(batch.text(tag.key), batch.text(tag.value));
  }
  const auto adjusted = std::ranges::find(batch.adjusted, position, &AdjustedSample::position);
  if (adjusted != batch.adjusted.end()) {
    facts.placement = Placement::adjusted;
    facts.original = adjusted->original;
  }
  if (std::ranges::find(batch.arrivals, position) != batch.arrivals.end()) facts.placement = Placement::arrival;
  return facts;
}

inline std::vector<SampleFacts> facts_of(const Batch& batch) {
  std::vector<SampleFacts> out;
  for (std::uint32_t i = 0; i < batch.size(); ++i) out.push_back(facts_of(batch, i));
  return out;
}

}  // namespace metricstream::testing
