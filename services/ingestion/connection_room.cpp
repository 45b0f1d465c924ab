#include "services/ingestion/connection_room.hpp"

#include <algorithm>

#include "common/runtime/open_files.hpp"
#include "services/ingestion/wiring.hpp"

namespace metricstream::ingestion {
namespace {

constexpr std::uint64_t kReserve = 256;
constexpr std::uint64_t kReserveOfThread = 8;

std::uint64_t whole_reserve(std::size_t threads) { return kReserve + kReserveOfThread * threads; }

}  // namespace

std::uint64_t reserved_files(std::uint64_t open_files, std::size_t threads) {
  return std::min(whole_reserve(threads), open_files / 2);
}

std::uint32_t fitting_connections(std::uint32_t wanted, std::uint64_t open_files, std::size_t threads) {
  const std::uint64_t room = open_files - reserved_files(open_files, threads);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, std::max<std::uint64_t>(room, 1)));
}

void fit_connections(HttpSettings& http, const Logger& log) {
  const std::uint64_t open_files = raise_open_file_limit();
  const std::uint32_t wanted = http.limits.connections;
  http.limits.connections = fitting_connections(wanted, open_files, thread_count(http));
  if (http.limits.connections == wanted) return;
  log.warn(
      "http.limits.connections is lowered to what the limit of open files has room for; raise that to "
      "open_files_wanted "
      "(systemd: LimitNOFILE=, shell: ulimit -n, container: --ulimit nofile=), or set fewer connections",
      {{"connections", wanted},
       {"in_force", http.limits.connections},
       {"open_files", open_files},
       {"open_files_wanted", wanted + whole_reserve(thread_count(http))}});
}

}  // namespace metricstream::ingestion
