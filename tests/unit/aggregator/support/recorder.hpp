#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/aggregator/fold/fold_settings.hpp"
#include "services/aggregator/fold/output.hpp"
#include "tests/unit/aggregator/support/truth.hpp"

namespace metricstream::fold::test {

// One thing that the fold wrote.
struct Written {
  Position cause;
  std::size_t lane = 0;  // 0: raw, then the windows; one lane is written in order
  PointName name;
  std::vector<std::pair<std::string_view, double>> fields;  // names live as long as the settings
  std::uint32_t revision = 0;
  bool operator==(const Written&) const = default;
};

// Keeps what the fold wrote, in order. The settings must outlive it.
class Recorder final : public Output {
 public:
  explicit Recorder(const FoldSettings& settings) : settings_(settings) {}

  void raw(Position cause, const RawPoint& point) override {
    written.push_back({cause, 0, {0, point.time, std::string(point.series)}, {{"value", point.value}}, 0});
  }
  void window(Position cause, const WindowPoint& point) override {
    const PointName name{settings_.windows[point.window].size, point.start, std::string(point.series)};
    Written& out = written.emplace_back(Written{cause, 1 + point.window, name, {}, point.revision});
    for (const FieldValue& field : point.fields) {
      out.fields.emplace_back(field.name, field.is_count ? static_cast<double>(field.count) : field.value);
    }
  }
  void late(Position cause, const LateSample& sample) override {
    late_samples.emplace_back(cause.offset, std::string(sample.series));
  }

  std::vector<Written> written;
  std::vector<std::pair<std::int64_t, std::string>> late_samples;

 private:
  const FoldSettings& settings_;
};

// As InfluxDB does: fields of one point are merged.
inline void upsert(Contents& store, const Written& written) {
  FieldMap& fields = store[written.name];
  for (const auto& [name, value] : written.fields) fields[std::string(name)] = value;
}

}  // namespace metricstream::fold::test
