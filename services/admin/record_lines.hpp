#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/model/record.hpp"

namespace metricstream::admin {

// Where a record stands in the log.
struct RecordPlace {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  TimeNs appended_at = 0;  // the broker's clock
};

// Which request a record came from, by its headers; each is nothing where the record has no such header.
struct RequestHeaders {
  std::optional<std::string_view> request_id;
  std::optional<std::string_view> batch_id;
  std::optional<std::string_view> traceparent;
};

// One line a sample, for people: "TIME client=ID NAME{key=value,...} VALUE  partition/offset", with `headers` also
// " request=ID batch=ID traceparent=TEXT" for those that there are.
void append_text_lines(const RecordPlace& place, const RequestHeaders* headers, const Record& record, std::string& out);

// One JSON object a sample: those of common/codec/record_json.hpp with partition, offset, appended_at_ns, request_id,
// batch_id and traceparent (null where there is none) in front.
void append_placed_json_lines(const RecordPlace& place, const RequestHeaders& headers, const Record& record,
                              std::string& out);

// "2026-11-21T10:15:35.348Z", milliseconds, more digits only where the time has them.
[[nodiscard]] std::string format_time(TimeNs time);

}  // namespace metricstream::admin
