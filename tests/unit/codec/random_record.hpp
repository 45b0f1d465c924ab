#pragma once

#include <bit>
#include <cstdint>
#include <random>
#include <string>

#include "common/base/hash.hpp"
#include "common/codec/record.hpp"

namespace metricstream::testing {

// Strings that never move.
class Strings {
 public:
  std::string_view keep(std::string_view text) { return arena_.store(text); }

 private:
  StringArena arena_;
};

// Well-formed records by chance. Views in them point into `strings`, which must live on.
class RandomRecord {
 public:
  RandomRecord(std::mt19937_64& random, Strings& strings) : random_(random), strings_(strings) {}

  Record make(std::size_t max_samples) {
    Record record;
    record.client_id = word("client-", below(100));
    record.accepted_at = static_cast<TimeNs>(below(kMaxRecordTime / 2));
    record.partitions = static_cast<std::int32_t>(1 + below(64));
    record.max_age = static_cast<TimeNs>(below(2 * kHour));
    if (below(2) == 0)
      record.key = BatchKey{below(2) == 0 ? "" : word("key ", below(9)), hash128(word("body", below(9)))};
    for (std::size_t i = below(3); i > 0; --i)
      record.attributes.emplace_back(word("attribute", i), word("value", below(5)));
    for (std::size_t i = 1 + below(12); i > 0; --i) add_series(record.batch);
    std::uint32_t index = 0;
    for (std::size_t i = below(max_samples + 1); i > 0; --i) {
      index += below(10) == 0 ? 2 : 0;
      add_sample(record, index++);
    }
    return record;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::string_view word(const char* prefix, std::size_t i) { return strings_.keep(prefix + std::to_string(i)); }
  static std::uint32_t enter(Batch& batch, std::string_view text) {
    batch.dictionary.push_back(text);
    return static_cast<std::uint32_t>(batch.dictionary.size() - 1);
  }

  void add_series(Batch& batch) {
    SeriesRow row{.name = enter(batch, word("metric.", batch.series.size())),
                  .type = static_cast<MetricType>(below(3))};
    if (below(3) == 0) row.unit = enter(batch, word("unit ", below(4)));
    if (!batch.series.empty() && below(2) == 0) {  // shares the tags of another
      const SeriesRow& other = batch.series[below(batch.series.size())];
      row.first_tag = other.first_tag;
      row.tag_count = other.tag_count;
    } else {
      row.tag_count = static_cast<std::uint32_t>(below(5));
      if (row.tag_count > 0) row.first_tag = static_cast<std::uint32_t>(batch.tags.size());
      for (std::size_t t = 0; t < row.tag_count; ++t) {
        const std::uint32_t key = enter(batch, word("key", t));
        batch.tags.push_back({key, enter(batch, word("v\xc3\xa4lue ", below(1000)))});
      }
    }
    batch.series.push_back(row);
  }

  void add_sample(Record& record, std::uint32_t index) {
    Batch& batch = record.batch;
    const auto position = static_cast<std::uint32_t>(batch.size());
    batch.sample_series.push_back(static_cast<std::uint32_t>(below(batch.series.size())));
    batch.timestamps.push_back(record.accepted_at - static_cast<TimeNs>(below(kHour)) + kMinute);
    batch.values.push_back(std::bit_cast<double>(random_() & 0xbfff'ffff'ffff'ffff));  // exponent never all ones
    batch.indexes.push_back(index);
    if (below(6) == 0) {
      batch.adjusted.push_back({position, record.accepted_at + static_cast<TimeNs>(below(kHour))});
    } else if (below(5) == 0) {
      batch.arrivals.push_back(position);
    }
  }

  std::mt19937_64& random_;
  Strings& strings_;
};

// One of up to `max_samples` samples.
inline Record random_record(std::mt19937_64& random, Strings& strings, std::size_t max_samples = 60) {
  return RandomRecord(random, strings).make(max_samples);
}

}  // namespace metricstream::testing
