#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/sample.hpp"

namespace metricstream {

// Owns short strings in chunks that never move, so that views of them stay valid until clear(). Not thread-safe.
class StringArena {
 public:
  [[nodiscard]] std::string_view store(std::string_view text);
  void clear();  // keeps the first chunk for the next user

 private:
  static constexpr std::size_t kChunk = std::size_t{16} * 1024;
  std::vector<std::unique_ptr<char[]>> chunks_;  // of kChunk bytes each; the last one is being filled
  std::vector<std::unique_ptr<char[]>> large_;   // one string each
  std::size_t used_ = kChunk;                    // of the last chunk
};

constexpr std::uint32_t kNoString = UINT32_MAX;

// Two positions in the dictionary.
struct TagRef {
  std::uint32_t key;
  std::uint32_t value;
  auto operator<=>(const TagRef&) const = default;
};

// One row of the series table. Tags are sorted by the key's bytes, without duplicates and without empty values.
struct SeriesRow {
  std::uint32_t name;              // dictionary
  std::uint32_t unit = kNoString;  // dictionary
  std::uint32_t first_tag = 0;     // into Batch::tags
  std::uint32_t tag_count = 0;
  MetricType type = MetricType::gauge;
};

struct AdjustedSample {
  std::uint32_t position;  // into the columns
  TimeNs original;         // the client's timestamp
};

// Above the samples that any request may have, so that a set of indexes, a bit each, is never large.
inline constexpr std::uint32_t kIndexBound = 1U << 17;

// A batch of samples in columns: each string once in a dictionary, each series once in a table, four columns of equal
// length. It is what the JSON decoder fills, what the record stores and what the aggregator folds, so that nothing in
// between builds an object a sample. The dictionary's views point into `arena` or into the bytes of a decoded record,
// which must then outlive the batch. Not thread-safe.
struct Batch {
  StringArena arena;
  std::vector<std::string_view> dictionary;
  std::vector<TagRef> tags;
  std::vector<SeriesRow> series;

  std::vector<std::uint32_t> sample_series;  // into `series`
  std::vector<TimeNs> timestamps;            // as stored: see Placement
  std::vector<double> values;                // finite
  std::vector<std::uint32_t> indexes;        // position in the request, after expansion; ascending, below kIndexBound

  // Sparse, positions ascending; a sample in neither list has its own timestamp.
  std::vector<AdjustedSample> adjusted;
  std::vector<std::uint32_t> arrivals;

  [[nodiscard]] std::size_t size() const { return values.size(); }
  [[nodiscard]] std::string_view text(std::uint32_t id) const { return dictionary[id]; }
  void clear();  // keeps the memory
};

}  // namespace metricstream
