#pragma once

#include <functional>
#include <vector>

#include "common/base/result.hpp"
#include "common/influx/api_client.hpp"
#include "common/influx/policy.hpp"
#include "common/influx/setup_plan.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::influx {

// Compares InfluxDB with what should be there; reads only. With nothing missing or different the store is ready.
Task<Result<SetupPlan>> plan_setup(ApiClient& client, std::vector<Policy> policies);

// Makes what is missing, in the plan's order, and leaves alone what differs; stops at the first failure.
// `made` is told about each item that was made.
Task<Result<void>> apply_setup(ApiClient& client, SetupPlan plan, std::function<void(const SetupItem&)> made);

}  // namespace metricstream::influx
