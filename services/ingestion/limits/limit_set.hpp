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
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }
  // Only what the file says of single clients, so bounded by the file; sorted by client.
  [[nodiscard]] const std::vector<OverrideRow>& overrides() const { return overrides_; }

 private:
  ClientLimits defaults_;
  std::unordered_map<std::string, ClientLimits, TableHash, std::equal_to<>> clients_;
  std::vector<OverrideRow> overrides_;
};

}  // namespace metricstream::limits
