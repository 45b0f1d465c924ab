#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config/value.hpp"

namespace metricstream::limits {

// How much of something a window may hold: 1 to a thousand million, or unlimited. There is no 0, which some read as
// "nothing" and others as "no limit".
class Quota {
 public:
  static constexpr std::uint32_t kMost = 1'000'000'000;

  constexpr explicit Quota(std::uint32_t units) : units_(units) {}
  [[nodiscard]] static constexpr Quota unlimited() { return Quota(UINT32_MAX); }

  [[nodiscard]] constexpr bool is_unlimited() const { return units_ == UINT32_MAX; }
  [[nodiscard]] constexpr std::uint32_t units() const { return units_; }
  bool operator==(const Quota&) const = default;

 private:
  std::uint32_t units_;
};

// What one client may do.
struct ClientLimits {
  Quota requests_per_second{100};
  Quota samples_per_minute{1'000'000};
  Quota host_samples_per_minute{10'000};
  bool operator==(const ClientLimits&) const = default;
};

}  // namespace metricstream::limits

template <>
struct metricstream::config::Value<metricstream::limits::Quota> {
  using Quota = metricstream::limits::Quota;
  static std::optional<Quota> parse(const std::string& text) {
    if (text == "unlimited") return Quota::unlimited();
    const auto units = Value<std::uint32_t>::parse(text);
    if (!units || *units == 0 || *units > Quota::kMost) return std::nullopt;
    return Quota(*units);
  }
  static std::string format(const Quota& quota) {
    return quota.is_unlimited() ? "unlimited" : Value<std::uint32_t>::format(quota.units());
  }
  static std::string expected() {
    return "an integer from 1 to " + Value<std::uint32_t>::format(Quota::kMost) + ", or unlimited";
  }
  static std::vector<std::string> words() { return {"unlimited"}; }
};
