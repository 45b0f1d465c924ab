#pragma once

#include <cstdint>
#include <string>

namespace metricstream::gzip {

// Why a compressed body is refused: too_large is 413, everything else 400.
enum class InflateFault : std::uint8_t {
  not_gzip,         // another format, or another method of compression
  unknown_flags,    // a header with flags that RFC 1952 does not know
  truncated,        // ends inside the header or the trailer
  damaged,          // deflate data, checksum or size are wrong; also what ends inside the deflate data
  too_large,        // inflates to more than largest_inflated()
  wrong_size,       // inflates to more than its last four bytes say: as damaged, or not the only member
  several_members,  // a second gzip member behind the first
  trailing_bytes,   // something else behind the member
};

struct InflateError {
  InflateFault fault;
  std::string message;  // for a person: what is wrong, what would be right
};

}  // namespace metricstream::gzip
