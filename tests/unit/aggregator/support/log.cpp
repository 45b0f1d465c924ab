#include "tests/unit/aggregator/support/log.hpp"

#include <map>
#include <string_view>

#include "common/base/hash.hpp"

namespace metricstream::fold::test {

LoggedRecord tick_at(TimeNs at) {
  LoggedRecord out;
  out.kind = RecordKind::tick;
  out.accepted_at = out.append_time = at;
  return out;
}

LoggedRecord batch_at(TimeNs at, std::vector<LoggedSample> samples) {
  LoggedRecord out;
  out.accepted_at = out.append_time = at;
  for (std::uint32_t i = 0; i < samples.size(); ++i) samples[i].index = i;
  out.samples = std::move(samples);
  return out;
}

Record decoded(const LoggedRecord& logged) {
  Record out;
  out.kind = logged.kind;
  out.client_id = logged.client;
  out.accepted_at = logged.accepted_at;
  if (logged.key) out.key = BatchKey{logged.key->client_key, hash128(logged.key->body)};
  for (const auto& [key, value] : logged.attributes) out.attributes.emplace_back(key, value);

  Batch& batch = out.batch;
  std::map<std::string_view, std::uint32_t> strings;
  const auto text = [&](std::string_view string) {
    const auto [place, fresh] = strings.try_emplace(string, static_cast<std::uint32_t>(batch.dictionary.size()));
    if (fresh) batch.dictionary.push_back(string);
    return place->second;
  };
  for (const LoggedSample& sample : logged.samples) {
    const auto position = static_cast<std::uint32_t>(batch.size());
    SeriesRow row{.name = text(sample.name), .first_tag = static_cast<std::uint32_t>(batch.tags.size())};
    row.tag_count = static_cast<std::uint32_t>(sample.tags.size());
    row.type = sample.type;
    for (const auto& [key, value] : sample.tags) batch.tags.push_back({text(key), text(value)});
    batch.series.push_back(row);
    batch.sample_series.push_back(position);
    batch.timestamps.push_back(sample.time);
    batch.values.push_back(sample.value);
    batch.indexes.push_back(sample.index);
    if (sample.placement == Placement::adjusted) batch.adjusted.push_back({position, sample.original});
    if (sample.placement == Placement::arrival) batch.arrivals.push_back(position);
  }
  return out;
}

DecodedLog::DecodedLog(const Log& log) : log_(log) {
  for (const LoggedRecord& record : log) records_.push_back(decoded(record));
}

void DecodedLog::fold_into(PartitionFold& fold, std::size_t offset) const {
  fold.fold(static_cast<std::int64_t>(offset), log_[offset].append_time, records_[offset]);
}

}  // namespace metricstream::fold::test
