#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/codec/line_protocol.hpp"
#include "common/log/logger.hpp"
#include "services/aggregator/fold/fold_settings.hpp"
#include "services/aggregator/fold/output.hpp"
#include "services/aggregator/sink/sink.hpp"

namespace metricstream::aggregator {

// What each retention policy or bucket is called in the sink: "raw", and a window size's text such as "10s".
[[nodiscard]] std::string lane_name(TimeNs window_size);
inline constexpr const char* kRawLane = "raw";

// Turns the fold's output into lines of line protocol and queues them in the partition's lanes. Fold thread only.
class LineOutput final : public fold::Output {
 public:
  // `lanes` must outlive this object.
  LineOutput(sink::LaneSet& lanes, const std::vector<fold::WindowSize>& windows, Logger log);

  void raw(fold::Position cause, const fold::RawPoint& point) override;
  void window(fold::Position cause, const fold::WindowPoint& point) override;
  void late(fold::Position cause, const fold::LateSample& sample) override;

 private:
  void push(sink::Lane& lane, fold::Position cause, std::string_view series, TimeNs time);

  sink::Lane& raw_;
  std::vector<sink::Lane*> windows_;  // by index of FoldSettings::windows
  Logger log_;
  std::string line_;
  std::vector<LineField> fields_;
};

}  // namespace metricstream::aggregator
