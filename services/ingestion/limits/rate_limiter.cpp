#include "services/ingestion/limits/rate_limiter.hpp"

#include <utility>

#include "services/ingestion/limits/limit_key.hpp"

namespace metricstream::limits {
namespace {

// Hosts that find no place are counted with those of their own client and of the few others that meet in one of these.
constexpr std::size_t kSharedHostRings = 256;

TimeNs time_until(TimeNs then, TimeNs now) {
  TimeNs wait = 0;
  if (__builtin_sub_overflow(then, now, &wait)) return INT64_MAX;
  return wait;
}

// Where a charge would stand, before it is made.
template <class Ring>
Standing judge(Policy policy, Quota quota, const typename RingShards<Ring>::Hold& hold, std::uint32_t asked,
               TimeNs now) {
  const Ring& ring = hold.ring();
  Standing out{.policy = policy,
               .is_shared = hold.is_shared(),
               .limit = quota.units(),
               .window = Ring::kWindow,
               .used = ring.used()};
  out.is_violated = !ring.fits(asked, quota.units());
  if (out.is_violated) out.wait = time_until(ring.when_at_most(quota.units() - asked), now);
  return out;
}

Standing too_large(Policy policy, Quota quota, TimeNs window) {
  return {.policy = policy, .is_violated = true, .limit = quota.units(), .window = window};
}

RequestTaken take_one(RingShards<RequestRing>& shards, const Hash128& key, Quota quota, bool is_listed, TimeNs now) {
  RequestTaken out{.decision = Decision(1), .receipt = std::nullopt};
  if (quota.is_unlimited()) return out;
  auto hold = shards.hold(key, key, now, is_listed);
  Standing standing = judge<RequestRing>(Policy::requests, quota, hold, 1, now);
  if (standing.is_violated) {
    out.decision.set_verdict(Verdict::refused);
  } else {
    out.receipt = hold.charge(1);
    ++standing.used;
  }
  out.decision.add(standing);
  return out;
}

// One of the limits that samples have to pass.
class Side {
 public:
  Side(Policy policy, Quota quota) : policy_(policy), quota_(quota) {}

  [[nodiscard]] bool is_limited() const { return !quota_.is_unlimited(); }
  [[nodiscard]] bool is_violated() const { return standing_.is_violated; }

  void look_at(RingShards<SampleRing>::Hold hold, std::uint32_t asked, TimeNs now) {
    hold_ = std::move(hold);
    standing_ = judge<SampleRing>(policy_, quota_, *hold_, asked, now);
  }
  std::optional<Receipt> charge(std::uint32_t asked) {
    if (!hold_) return std::nullopt;
    standing_.used += asked;
    return hold_->charge(asked);
  }
  void report_to(Decision& decision) const {
    if (hold_) decision.add(standing_);
  }

 private:
  Policy policy_;
  Quota quota_;
  std::optional<RingShards<SampleRing>::Hold> hold_;
  Standing standing_;
};

// A batch that is larger than a limit as a whole.
std::optional<Decision> never_passes(const ClientLimits& limits, bool has_host, std::uint64_t count) {
  Decision decision(count);
  decision.set_verdict(Verdict::too_large);
  const auto check = [&](Policy policy, Quota quota) {
    if (!quota.is_unlimited() && count > quota.units()) decision.add(too_large(policy, quota, SampleRing::kWindow));
  };
  check(Policy::samples, limits.samples_per_minute);
  if (has_host) check(Policy::host_samples, limits.host_samples_per_minute);
  return decision.standings().empty() ? std::nullopt : std::optional(decision);
}

}  // namespace

RateLimiter::RateLimiter(const TableSizes& sizes, const std::shared_ptr<const LimitSet>& set, std::uint64_t seed,
                         std::pmr::memory_resource* memory)
    : seed_(seed),
      limits_(set),
      remotes_({.capacity = sizes.remotes, .memory = memory}),
      requests_({.capacity = sizes.clients, .memory = memory}),
      samples_({.capacity = sizes.clients, .memory = memory}),
      hosts_({.capacity = sizes.hosts, .shared_rings = kSharedHostRings, .memory = memory}) {}

Decision RateLimiter::take_request(std::string_view client, TimeNs now) {
  const Hash128 key = client_key(client, seed_);
  const LimitSet::Found found = limits_.get()->of(client);
  return take_one(requests_, key, found.limits.requests_per_second, found.is_listed, now).decision;
}

RequestTaken RateLimiter::take_request_from(std::string_view remote_address, TimeNs now) {
  const Hash128 key = remote_key(remote_prefix(remote_address), seed_);
  return take_one(remotes_, key, limits_.get()->defaults().requests_per_second, false, now);
}

SamplesTaken RateLimiter::take_samples(std::string_view client, std::string_view host, std::uint64_t count,
                                       TimeNs now) {
  SamplesTaken out{.decision = Decision(count), .charge = {}};
  if (count == 0) return out;
  const Hash128 key = client_key(client, seed_);
  const auto [limits, is_listed] = limits_.get()->of(client);
  if (auto refused = never_passes(limits, !host.empty(), count)) {
    out.decision = *refused;
    return out;
  }
  // Both rings stay locked until both are charged or neither; always in this order.
  const auto asked = static_cast<std::uint32_t>(count);
  Side of_client(Policy::samples, limits.samples_per_minute);
  Side of_host(Policy::host_samples, host.empty() ? Quota::unlimited() : limits.host_samples_per_minute);
  if (of_client.is_limited()) of_client.look_at(samples_.hold(key, key, now, is_listed), asked, now);
  if (of_host.is_limited()) of_host.look_at(hosts_.hold(host_key(key, host), key, now), asked, now);
  if (of_client.is_violated() || of_host.is_violated()) {
    out.decision.set_verdict(Verdict::refused);
  } else if (of_client.is_limited() || of_host.is_limited()) {
    out.charge = Charge(*this, of_client.charge(asked), of_host.charge(asked));
  }
  of_client.report_to(out.decision);
  of_host.report_to(out.decision);
  return out;
}

std::vector<UsageRow> RateLimiter::usage(TimeNs now) {
  std::vector<UsageRow> out;
  const auto add = [&out](std::string_view name, const std::string& client, Quota quota, std::uint64_t used) {
    if (quota.is_unlimited()) return;
    out.push_back({.limit_name = name, .client = client, .ratio = static_cast<double>(used) / quota.units()});
  };
  const auto set = limits_.get();
  for (const auto& [client, limits] : set->listed()) {
    const Hash128 key = client_key(client, seed_);
    add(kRequestsName, client, limits.requests_per_second, requests_.used(key, now));
    add(kSamplesName, client, limits.samples_per_minute, samples_.used(key, now));
  }
  return out;
}

void RateLimiter::give_back(const std::optional<Receipt>& client, const std::optional<Receipt>& host) {
  if (client) samples_.give_back(*client);
  if (host) hosts_.give_back(*host);
}

RateLimiter::Stats RateLimiter::stats() const {
  return {
      .remotes = remotes_.stats(), .requests = requests_.stats(), .samples = samples_.stats(), .hosts = hosts_.stats()};
}

void Charge::give_back() {
  if (RateLimiter* limiter = std::exchange(limiter_, nullptr)) limiter->give_back(client_, host_);
}

}  // namespace metricstream::limits
