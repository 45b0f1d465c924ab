#include "common/kafka/statistics.hpp"

#include <algorithm>
#include <charconv>

namespace metricstream::kafka {
namespace {

// The number behind the first `"name":` in `json` at or after `from`, 0 where there is none.
std::int64_t number_after(std::string_view json, std::string_view quoted_name) {
  const auto at = json.find(quoted_name);
  if (at == std::string_view::npos) {
    return 0;
  }
  auto begin = json.find_first_not_of(": ", at + quoted_name.size());
  std::int64_t value = 0;
  if (begin != std::string_view::npos) {
    std::from_chars(json.data() + begin, json.data() + json.size(), value);
  }
  return value;
}

std::uint64_t count_after(std::string_view json, std::string_view quoted_name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_after(json, quoted_name)));
}

void add_broker(ClientStatistics& statistics, std::string_view broker) {
  statistics.request_timeouts += count_after(broker, "\"req_timeouts\"");
  statistics.retries += count_after(broker, "\"txretries\"");
  statistics.brokers_up += broker.find("\"state\":\"UP\"") == std::string_view::npos ? 0 : 1;
  const auto rtt = broker.find("\"rtt\"");
  if (rtt != std::string_view::npos) {
    statistics.broker_rtt_p99_us = std::max(statistics.broker_rtt_p99_us, number_after(broker.substr(rtt), "\"p99\""));
  }
}

}  // namespace

// A scan instead of a parser: the document is librdkafka's own, in a fixed order of members (STATISTICS.md), with the
// brokers between the client's members and the topics; every broker's object begins with its name and nodeid.
ClientStatistics parse_statistics(std::string_view json) {
  ClientStatistics statistics;
  const auto brokers = std::min(json.find("\"brokers\""), json.size());
  const auto topics = std::min(json.find("\"topics\"", brokers), json.size());
  statistics.queued_messages = count_after(json.substr(0, brokers), "\"msg_cnt\"");
  statistics.queued_bytes = count_after(json.substr(0, brokers), "\"msg_size\"");
  std::string_view section = json.substr(brokers, topics - brokers);
  for (auto at = section.find("\"nodeid\""); at != std::string_view::npos;) {
    const auto next = section.find("\"nodeid\"", at + 1);
    add_broker(statistics, section.substr(at, next - at));
    at = next;
  }
  return statistics;
}

}  // namespace metricstream::kafka
