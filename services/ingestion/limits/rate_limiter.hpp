#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/current_value.hpp"
#include "services/ingestion/limits/charge.hpp"
#include "services/ingestion/limits/decision.hpp"
#include "services/ingestion/limits/limit_set.hpp"
#include "services/ingestion/limits/ring_shards.hpp"
#include "services/ingestion/limits/sliding_ring.hpp"

namespace metricstream::limits {

using RequestRing = SlidingRing<kSecond, 32>;  // slots of 31.25 ms
using SampleRing = SlidingRing<kMinute, 60>;   // slots of 1 s

struct TableSizes {
  // Clients at a time; nothing: as many as there are, where a key file bounds them (auth.mode api_key).
  std::optional<std::size_t> clients = 65'536;
  std::size_t hosts = 65'536;    // client and host
  std::size_t remotes = 65'536;  // addresses
};

// For metricstream_limit_usage_ratio{limit_name,client}.
struct UsageRow {
  std::string_view limit_name;  // static storage
  std::string client;
  double ratio;
};

struct RequestTaken {
  Decision decision;
  std::optional<Receipt> receipt;  // where the request was charged
};

struct SamplesTaken {
  Decision decision;
  Charge charge;  // open where samples were charged
};

// The rate limits of a replica: requests and samples a client, samples a host (of a client). Above the limit in no
// window, however placed; refused is nothing that an exact log of window + one slot would take (SlidingRing). What is
// refused is not charged.
//
// Memory is bounded: who finds no place, because all of a table's places are in use within the window, is counted in a
// ring shared with all others like him, at his own limit (hosts: with those of one client, and of few others). A client
// of the limits file always has a place.
//
// Time is an argument in nanoseconds of any epoch and should not go back (boot_time_ns). Keys are hashed with `seed`,
// a random number of the process. Thread-safe; nothing blocks for longer than another decision.
class RateLimiter {
 public:
  RateLimiter(const TableSizes& sizes, const std::shared_ptr<const LimitSet>& set, std::uint64_t seed,
              std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // For every decision from now on, also of clients that are known already.
  void use(const std::shared_ptr<const LimitSet>& set) { limits_.use(set); }
  [[nodiscard]] std::shared_ptr<const LimitSet> limits() const { return limits_.get(); }

  // One request of a client.
  [[nodiscard]] Decision take_request(std::string_view client, TimeNs now);
  // One request of somebody who is not known yet, by his address (see remote_prefix) and the defaults of the set.
  [[nodiscard]] RequestTaken take_request_from(std::string_view remote_address, TimeNs now);
  // It was refused by its client's own limit, and so is not charged to the address; once a receipt. What has left the
  // window meanwhile needs no giving back.
  void give_back_request_from(const Receipt& receipt) { remotes_.give_back(receipt); }
  // `count` samples of a client and, where the batch names it (not empty), of its host: both limits or none.
  [[nodiscard]] SamplesTaken take_samples(std::string_view client, std::string_view host, std::uint64_t count,
                                          TimeNs now);

  // How much of its limits a client of the limits file has used in the window that ends now: 0 to 1. Limits of hosts
  // are left out, and what is unlimited.
  [[nodiscard]] std::vector<UsageRow> usage(TimeNs now);

  struct Stats {
    TableStats remotes;
    TableStats requests;
    TableStats samples;
    TableStats hosts;
  };
  [[nodiscard]] Stats stats() const;

 private:
  friend class Charge;
  using RequestShards = RingShards<RequestRing>;
  using SampleShards = RingShards<SampleRing>;

  void give_back(const std::optional<Receipt>& client, const std::optional<Receipt>& host);

  std::uint64_t seed_;
  CurrentValue<LimitSet> limits_;
  RequestShards remotes_;
  RequestShards requests_;
  SampleShards samples_;
  SampleShards hosts_;
};

}  // namespace metricstream::limits
