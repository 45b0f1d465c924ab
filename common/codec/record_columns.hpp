#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"

// Private to the record decoder: packed columns of untrusted bytes into vectors.
namespace metricstream {

// What is wrong with a record's bytes. An exception, because protozero reports malformed bytes by exceptions too;
// decode_record turns both into values.
class MalformedRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Replaces `out` by a column of varints, each below `bound`. `name` is the field's, for the message.
void read_positions(std::string_view column, std::uint64_t bound, const char* name, std::vector<std::uint32_t>& out);

// The same with values that must also ascend.
void read_ascending(std::string_view column, std::uint64_t bound, const char* name, std::vector<std::uint32_t>& out);

// Running sums of a zigzag column that start at `start`: all within the bounds of record.hpp.
void read_delta_times(std::string_view column, TimeNs start, const char* name, std::vector<TimeNs>& out);

// A column of zigzag differences to `base`, each by itself.
void read_offset_times(std::string_view column, TimeNs base, const char* name, std::vector<TimeNs>& out);

// Little-endian doubles, all finite.
void read_values(std::string_view column, std::vector<double>& out);

// Throws unless `text` can be written in line protocol: no control byte, no backslash at the end.
void require_plain(std::string_view text, const char* name);

// Throws where `text` has a control byte; for what is never written in line protocol.
void require_printable(std::string_view text, const char* name);

}  // namespace metricstream
