#pragma once

#include <string>

#include "common/base/clock.hpp"

namespace metricstream::bench {

constexpr TimeNs kNow = 1'737'000'000 * kSecond;

inline std::string tags_of(std::size_t host) {
  return R"("tags":{"host":"web-)" + std::to_string(100 + host) + R"(","dc":"eu-west-1","env":"production","core":")" +
         std::to_string(host % 16) + R"("})";
}

// 169 bytes a sample: name, value, type, ms timestamp, four tags. One host a body, as agents send them, or many.
inline std::string make_body(std::size_t samples, std::size_t hosts) {
  std::string body = R"({"metrics":[)";
  for (std::size_t i = 0; i < samples; ++i) {
    if (i > 0) body += ',';
    body += R"({"name":"system.cpu.usage.)" + std::to_string(i % 50) + R"(","value":)" + std::to_string(i) + "." +
            std::to_string(100'000 + i * 7919 % 899'999) + R"(,"type":"gauge","timestamp":)" +
            std::to_string(kNow / kMillisecond - static_cast<TimeNs>(i % 10)) + "," + tags_of(i % hosts) + "}";
  }
  return body + "]}";
}

}  // namespace metricstream::bench
