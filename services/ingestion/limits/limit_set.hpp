#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/hash.hpp"
#include "services/ingestion/limits/limit_file.hpp"
#include "services/ingestion/limits/quota.hpp"

namespace metricstream::limits {

// What the limits are called in files and metrics.
constexpr std::string_view kRequestsName = "requests_per_second";
constexpr std::string_view kSamplesName = "samples_per_minute";
constexpr std::string_view kHostSamplesName = "host_samples_per_minute";

// One quota that the file gives to one client, for metricstream_limits_overrides{limit_name,client}.
struct OverrideRow {
  std::string_view limit_name;  // static storage
  std::string client;
  double value;  // infinite: unlimited
};

// What every client may do. Immutable, so it is shared between threads without a lock.
class LimitSet {
 public:
  // All clients alike.
  explicit LimitSet(const ClientLimits& defaults) : defaults_(defaults) {}
  // `base`: rate_limits of the service's own file.
  LimitSet(const ClientLimits& base, const LimitFile& file);

  struct Found {
    ClientLimits limits;
    bool is_listed;  // the file names the client
  };
  [[nodiscard]] Found of(std::string_view client) const;
  [[nodiscard]] const ClientLimits& defaults() const { return defaults_; }
  using Listed = std::unordered_map<std::string, ClientLimits, TableHash, std::equal_to<>>;
  // The clients that the file names.
  [[nodiscard]] const Listed& listed() const { return clients_; }
  // Only what the file says of single clients, so bounded by the file; sorted by client.
  [[nodiscard]] const std::vector<OverrideRow>& overrides() const { return overrides_; }

 private:
  ClientLimits defaults_;
  Listed clients_;
  std::vector<OverrideRow> overrides_;
};

}  // namespace metricstream::limits
