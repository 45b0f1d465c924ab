#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "common/base/secret.hpp"
#include "common/config/schema.hpp"
#include "common/config/shared_settings.hpp"
#include "common/log/settings.hpp"

namespace metricstream::agent {

struct SystemMetrics {
  bool enabled = true;
  bool cpu = true;
  bool memory = true;
  bool load = true;
  bool disk = true;
  bool network = true;
  std::vector<std::string> ignored_devices{"loop*", "ram*", "zram*", "sr*", "fd*"};
  std::vector<std::string> ignored_interfaces{"lo", "veth*", "br-*", "docker*", "cali*", "flannel*"};
};

// agent.yaml of the original documents loads verbatim; what it names and we do not have yet gets a warning.
struct AgentSettings {
  std::chrono::milliseconds interval{10'000};
  std::size_t batch_size = 100;
  std::string primary = "http://127.0.0.1:8080";
  std::string backup;  // empty: none
  SystemMetrics system;
  std::size_t buffer_samples = 10'000;
  Secret api_key;

  std::string hostname;   // empty: the system's
  std::string client_id;  // empty: the server decides (by key, else by host)
  std::map<std::string, std::string> tags;

  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{15'000};  // above the 10 s in which the ingest service answers
  std::chrono::milliseconds shutdown_timeout{10'000};
  std::chrono::milliseconds retry_first{1'000};
  std::chrono::milliseconds retry_limit{60'000};
  std::chrono::milliseconds max_retry_after{600'000};
  std::string ca_file;

  std::string procfs = "/proc";
  std::string rootfs = "/";
  std::string ledger_path;  // empty: none is kept

  LogSettings log;
  AdminSettings admin{.listen = "127.0.0.1:8083"};
};

void describe(config::Schema& schema, SystemMetrics& system);
void describe(config::Schema& schema, AgentSettings& settings);

}  // namespace metricstream::agent
