#pragma once

#include <cstdint>

namespace metricstream {

// Raises this process's limit of open files, which sockets count against, from the soft to the hard limit; returns what
// is in force then. The soft limit is low (1024) for programs that use select(), which nothing here does; where the
// hard one may not be had it stays as it is.
// Source: https://0pointer.net/blog/file-descriptor-limits.html
std::uint64_t raise_open_file_limit();

}  // namespace metricstream
