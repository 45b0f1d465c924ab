#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/model/record.hpp"
#include "services/aggregator/fold/partition_fold.hpp"

// A partition's log as plain data that owns its strings, for tests of the fold and for the model that checks it.
namespace metricstream::fold::test {

using Tags = std::vector<std::pair<std::string, std::string>>;  // sorted

struct LoggedSample {
  std::string name;
  Tags tags;
  MetricType type = MetricType::gauge;
  Placement placement = Placement::own;
  TimeNs time = 0;
  TimeNs original = 0;  // adjusted only
  double value = 0;
  std::uint32_t index = 0;
};

struct LoggedKey {
  std::string client_key;  // empty: the body's hash alone
  std::string body;
  auto operator<=>(const LoggedKey&) const = default;
};

struct LoggedRecord {
  RecordKind kind = RecordKind::batch;
  std::string client = "c";
  TimeNs accepted_at = 0;
  TimeNs append_time = 0;  // LogAppendTime
  std::optional<LoggedKey> key;
  Tags attributes;
  std::vector<LoggedSample> samples;  // ascending by index
};

using Log = std::vector<LoggedRecord>;

// Both clocks of the record say `at`.
[[nodiscard]] LoggedRecord tick_at(TimeNs at);
[[nodiscard]] LoggedRecord batch_at(TimeNs at, std::vector<LoggedSample> samples);

// What the decoder makes of a record; its views point into `logged`.
[[nodiscard]] Record decoded(const LoggedRecord& logged);

// A log decoded once, to be folded by many lives. The log must outlive it.
class DecodedLog {
 public:
  explicit DecodedLog(const Log& log);
  void fold_into(PartitionFold& fold, std::size_t offset) const;
  [[nodiscard]] std::size_t size() const { return records_.size(); }

 private:
  const Log& log_;
  std::deque<Record> records_;
};

}  // namespace metricstream::fold::test
