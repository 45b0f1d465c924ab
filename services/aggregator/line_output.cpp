#include "services/aggregator/line_output.hpp"

#include <chrono>

#include "common/base/duration.hpp"

namespace metricstream::aggregator {

std::string lane_name(TimeNs window_size) { return format_duration(std::chrono::nanoseconds{window_size}); }

LineOutput::LineOutput(sink::LaneSet& lanes, const std::vector<fold::WindowSize>& windows, Logger log)
    : raw_(lanes.lane(kRawLane)), log_(std::move(log)) {
  for (const fold::WindowSize& window : windows) windows_.push_back(&lanes.lane(lane_name(window.size)));
}

void LineOutput::raw(fold::Position cause, const fold::RawPoint& point) {
  fields_.assign(1, LineField{"value", point.value});
  push(raw_, cause, point.series, point.time);
}

void LineOutput::window(fold::Position cause, const fold::WindowPoint& point) {
  fields_.clear();
  for (const fold::FieldValue& field : point.fields) {
    LineField& out = fields_.emplace_back(LineField{field.name, field.value});
    if (field.is_count) out.value = field.count;
  }
  push(*windows_[point.window], cause, point.series, point.start);
}

void LineOutput::late(fold::Position cause, const fold::LateSample& sample) {
  log_.repeated(LogLevel::error,
                "a sample came after its block was closed: a clock is off by more than max_clock_error",
                {{"offset", cause.offset}, {"series", sample.series}, {"sample_time_ns", sample.time}});
}

void LineOutput::push(sink::Lane& lane, fold::Position cause, std::string_view series, TimeNs time) {
  line_.clear();
  append_point(line_, series, fields_, time);
  std::string_view line = line_;
  line.remove_suffix(1);  // the newline
  lane.push(cause.offset, cause.stream_time, time, line);
}

}  // namespace metricstream::aggregator
