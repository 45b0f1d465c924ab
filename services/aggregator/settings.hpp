#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "common/config/shared_settings.hpp"
#include "services/aggregator/fold/fold_settings.hpp"
#include "services/aggregator/sink/sink_settings.hpp"

namespace metricstream::aggregator {

struct WindowSettings {
  std::chrono::seconds size{60};
  std::chrono::nanoseconds grace = std::chrono::seconds{10};
};

struct RuleSettings {
  std::string match = "*";
  std::map<std::string, std::string> tags;
  std::vector<std::chrono::seconds> sizes;
  std::vector<std::string> fields;
  std::vector<std::string> by;
  std::vector<std::string> without;
  bool raw = true;
  bool drop = false;
};

struct GroupSettings {
  std::string id = "metricstream-aggregator";
  std::string instance_id;
  std::chrono::milliseconds session_timeout{15'000};
};

// How the fold treats time besides the windows themselves.
struct StateSettings {
  std::chrono::nanoseconds delivery_slack = std::chrono::seconds{60};
  std::chrono::nanoseconds revision_interval = std::chrono::seconds{60};
  std::chrono::nanoseconds repeat_window = std::chrono::minutes{10};
  std::chrono::nanoseconds predecessor_window = std::chrono::minutes{5};
};

struct AggregatorSettings {
  KafkaSettings kafka;
  GroupSettings group;
  TimeSettings time;
  std::vector<WindowSettings> windows{WindowSettings{}};
  std::vector<RuleSettings> rules;
  std::vector<sink::SinkSettings> sinks{sink::SinkSettings{}};
  StateSettings state;
  ByteSize queue_limit{256U << 20};
  std::chrono::milliseconds shutdown_timeout{10'000};
  LogSettings log;
  AdminSettings admin{"127.0.0.1:8082"};
};

void describe(config::Schema& schema, WindowSettings& window);
void describe(config::Schema& schema, RuleSettings& rule);
void describe(config::Schema& schema, GroupSettings& group);
void describe(config::Schema& schema, StateSettings& state);
void describe(config::Schema& schema, AggregatorSettings& settings);

// The part that the fold's results depend on; what is wrong is reported by describe's validator as well.
[[nodiscard]] Result<fold::FoldSettings> fold_settings(const AggregatorSettings& settings);

}  // namespace metricstream::aggregator
