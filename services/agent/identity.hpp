#pragma once

#include <string>

namespace metricstream::agent {

// The system's host name; "localhost" where it has none.
[[nodiscard]] std::string system_hostname();

// 16 hexadecimal digits from the system's random source, to tell this run's batches from those of every other.
[[nodiscard]] std::string random_run_id();

}  // namespace metricstream::agent
