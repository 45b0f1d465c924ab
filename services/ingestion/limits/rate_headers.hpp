#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "services/ingestion/limits/decision.hpp"

// What an answer says about rate limits: RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11) and
// Retry-After. Pure; header lines are appended as http::Response::headers wants them: "Name: value\r\n".
namespace metricstream::limits {

// Spreads the clients that were refused at once: up to this share of the wait, at least a second, is added to it.
struct Jitter {
  std::uint32_t percent = 25;  // 0: none
  std::uint64_t hash = 0;      // what differs between them, such as the hash of the request's id; same hash, same delay
};

// When to come back after a refusal: never before the same charge would pass, in whole seconds from 1 to 600 (where
// Telegraf stops believing it).
[[nodiscard]] std::chrono::seconds retry_after(const Decision& decision, Jitter jitter);

// Of an answer to a request that passed: all policies that were looked at, and what is left of each. `t` is the time
// over which what is left lasts at the policy's own rate. Nothing is appended where no limit is in force.
void append_standing_headers(std::string& out, std::span<const Decision> decisions);

// Of a 429: all policies looked at, the violated ones with what is left and in `t` when the charge passes, Retry-After.
// Of a 413 for a batch above a whole limit: only the policies, since waiting does not help.
void append_refusal_headers(std::string& out, const Decision& decision, Jitter jitter);

// Members of the problem of either: `,"violated-policies":["samples"],"limit":1000000,"window_seconds":60,
// "remaining":300,"requested":500`; the numbers are those of Decision::violated().
[[nodiscard]] std::string problem_members(const Decision& decision);

}  // namespace metricstream::limits
