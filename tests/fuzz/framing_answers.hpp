#pragma once

#include <string_view>

#include "tests/fuzz/framing_reader.hpp"

namespace metricstream::fuzz {

// `wire` is what a server sent on one connection until it closed: requires the answers of `reading`, in order, and
// nothing else but leaves to send a body.
void check_answers(std::string_view wire, const FramingReading& reading);

}  // namespace metricstream::fuzz
