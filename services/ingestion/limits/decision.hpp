#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace metricstream::limits {

// A fixed set: its names are a label of our own metrics and the policies' names in RateLimit headers.
enum class Policy : std::uint8_t { requests, samples, host_samples };
constexpr std::size_t kPolicyCount = 3;
// "requests", "samples", "host_samples"
[[nodiscard]] std::string_view to_string(Policy policy);

enum class Verdict : std::uint8_t {
  allowed,
  refused,    // 429: passes later
  too_large,  // 413: more than a whole window may hold, so it never passes
};

// Where one policy stands after the decision. Units are requests or samples, times nanoseconds.
struct Standing {
  Policy policy = Policy::requests;
  bool is_violated = false;
  bool is_shared = false;   // counted together with others, because the table is full
  std::uint64_t limit = 0;  // in any window
  TimeNs window = 0;
  std::uint64_t used = 0;  // in the window; with this charge where it was allowed; not known (0) where too large
  TimeNs wait = 0;         // refused: until the same charge passes, if nothing else is charged meanwhile

  // 0 also where the limit was lowered below what is used.
  [[nodiscard]] std::uint64_t remaining() const { return limit > used ? limit - used : 0; }
};

// May a request, or its samples, pass? A value; limits that are off do not appear in it.
class Decision {
 public:
  Decision() = default;
  explicit Decision(std::uint64_t asked) : asked_(asked) {}

  void add(const Standing& standing) { standings_[count_++] = standing; }
  void set_verdict(Verdict verdict) { verdict_ = verdict; }

  [[nodiscard]] Verdict verdict() const { return verdict_; }
  [[nodiscard]] bool is_allowed() const { return verdict_ == Verdict::allowed; }
  // Requests (1) or samples.
  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  // Every limit that was looked at.
  [[nodiscard]] std::span<const Standing> standings() const { return {standings_.data(), count_}; }

  // Only of a decision that does not allow: the violated limit, of two the one with the longer wait.
  [[nodiscard]] const Standing& violated() const;
  // How many units above the violated limit the charge would have come.
  [[nodiscard]] std::uint64_t over() const;

 private:
  static constexpr std::size_t kMost = 2;
  std::array<Standing, kMost> standings_{};
  std::uint8_t count_ = 0;
  Verdict verdict_ = Verdict::allowed;
  std::uint64_t asked_ = 0;
};

// For the operator's log beside the client's name, of a decision that does not allow:
// "samples: 1000 asked, 999500 of 1000000 in 60s used, 500 over, passes in 3s".
[[nodiscard]] std::string log_text(const Decision& decision);
// For the client, the `detail` of the problem.
[[nodiscard]] std::string detail_text(const Decision& decision);

}  // namespace metricstream::limits
