#include "common/metrics/process_status.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace metricstream::metrics {
namespace {

std::string read_file(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Seconds since the epoch at which the machine came up.
double boot_time() {
  std::ifstream in("/proc/stat");
  std::string key;
  double value = 0;
  while (in >> key) {
    if (key == "btime" && in >> value) return value;
    std::getline(in, key);
  }
  return 0;
}

double count_open_fds() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // one is the directory itself
}

}  // namespace

std::optional<ProcessStatus> parse_proc_stat(std::string_view stat, double ticks_per_second, double page_bytes) {
  // The second field is the program's name in parentheses, which may hold anything, also parentheses.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream in{std::string(stat.substr(name_end + 1))};
  std::string state;
  in >> state;
  std::vector<double> fields(4, 0);  // so that fields[n] is field n of proc(5), which counts from 1
  for (double value = 0; fields.size() <= 24 && in >> value;) fields.push_back(value);
  if (fields.size() <= 24) return std::nullopt;
  ProcessStatus out;
  out.cpu_seconds = (fields[14] + fields[15]) / ticks_per_second;
  out.threads = fields[20];
  out.start_time_seconds = fields[22] / ticks_per_second;
  out.virtual_bytes = fields[23];
  out.resident_bytes = fields[24] * page_bytes;
  return out;
}

std::optional<ProcessStatus> read_process_status() {
  auto out = parse_proc_stat(read_file("/proc/self/stat"), static_cast<double>(sysconf(_SC_CLK_TCK)),
                             static_cast<double>(sysconf(_SC_PAGESIZE)));
  if (!out) return out;
  static const double booted = boot_time();
  out->start_time_seconds += booted;
  out->open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out->max_fds = static_cast<double>(limit.rlim_cur);
  return out;
}

}  // namespace metricstream::metrics
