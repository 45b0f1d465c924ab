#pragma once

#include <random>
#include <string>
#include <vector>

#include "common/codec/record.hpp"
#include "common/model/record.hpp"

// Records for tests: small ones by hand and large ones by chance. Views point into `Strings`, which must live on.
namespace metricstream::testing {

// Strings that never move.
class Strings {
 public:
  std::string_view keep(std::string_view text) { return arena_.store(text); }

 private:
  StringArena arena_;
};

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

inline std::vector<SampleFacts> facts_of(const Batch& batch) {
  std::vector<SampleFacts> out;
  for (std::uint32_t i = 0; i < batch.size(); ++i) {
    const SeriesRow& row = batch.series.at(batch.sample_series.at(i));
    SampleFacts facts{std::string(batch.text(row.name)),
                      row.unit == kNoString ? "" : std::string(batch.text(row.unit)),
                      row.type,
                      {},
                      batch.timestamps.at(i),
                      batch.values.at(i),
                      batch.indexes.at(i),
                      Placement::own,
                      0};
    for (std::uint32_t k = 0; k < row.tag_count; ++k) {
      const TagRef tag = batch.tags.at(row.first_tag + k);
      facts.tags.emplace_back(batch.text(tag.key), batch.text(tag.value));
    }
    for (const AdjustedSample& adjusted : batch.adjusted) {
      if (adjusted.position != i) continue;
      facts.placement = Placement::adjusted;
      facts.original = adjusted.original;
    }
    for (const std::uint32_t position : batch.arrivals) {
      if (position == i) facts.placement = Placement::arrival;
    }
    out.push_back(std::move(facts));
  }
  return out;
}

// A well-formed record of up to `max_samples` samples.
inline Record random_record(std::mt19937_64& random, Strings& strings, std::size_t max_samples = 60) {
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto word = [&](const char* prefix, std::size_t i) { return strings.keep(prefix + std::to_string(i)); };
  Record record;
  record.client_id = word("client-", below(100));
  record.accepted_at = static_cast<TimeNs>(below(kMaxRecordTime / 2));
  record.partitions = static_cast<std::int32_t>(1 + below(64));
  record.max_age = static_cast<TimeNs>(below(2 * kHour));
  if (below(2) == 0)
    record.key = BatchKey{below(2) == 0 ? "" : word("key ", below(9)), hash128(word("body", below(9)))};
  for (std::size_t i = below(3); i > 0; --i)
    record.attributes.emplace_back(word("attribute", i), word("value", below(5)));

  Batch& batch = record.batch;
  const std::size_t series_count = 1 + below(12);
  const auto string_id = [&](std::string_view text) {
    batch.dictionary.push_back(text);
    return static_cast<std::uint32_t>(batch.dictionary.size() - 1);
  };
  for (std::size_t s = 0; s < series_count; ++s) {
    SeriesRow row{.name = string_id(word("metric.", s)), .type = static_cast<MetricType>(below(3))};
    if (below(3) == 0) row.unit = string_id(word("unit ", below(4)));
    if (s > 0 && below(2) == 0) {  // shares the tags of another
      const SeriesRow& other = batch.series[below(s)];
      row.first_tag = other.first_tag;
      row.tag_count = other.tag_count;
    } else {
      row.first_tag = static_cast<std::uint32_t>(batch.tags.size());
      row.tag_count = static_cast<std::uint32_t>(below(5));
      for (std::size_t t = 0; t < row.tag_count; ++t) {
        const std::uint32_t key = string_id(word("key", t));
        batch.tags.push_back({key, string_id(word("v\xc3\xa4lue ", below(1000)))});
      }
      if (row.tag_count == 0) row.first_tag = 0;
    }
    batch.series.push_back(row);
  }
  std::uint32_t index = 0;
  for (std::uint32_t i = 0, n = static_cast<std::uint32_t>(below(max_samples + 1)); i < n; ++i) {
    batch.sample_series.push_back(static_cast<std::uint32_t>(below(series_count)));
    batch.timestamps.push_back(record.accepted_at - static_cast<TimeNs>(below(kHour)) + kMinute);
    batch.values.push_back(std::bit_cast<double>(random() & 0xbfff'ffff'ffff'ffff));  // never all ones in the exponent
    index += below(10) == 0 ? 2 : 0;
    batch.indexes.push_back(index++);
    if (below(6) == 0) {
      batch.adjusted.push_back({i, record.accepted_at + static_cast<TimeNs>(below(kHour))});
    } else if (below(5) == 0) {
      batch.arrivals.push_back(i);
    }
  }
  return record;
}

}  // namespace metricstream::testing
