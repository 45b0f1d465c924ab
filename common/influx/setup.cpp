#include "common/influx/setup.hpp"

#include <utility>

namespace metricstream::influx {
namespace {

Task<Result<SetupPlan>> plan_version1(ApiClient& client, std::vector<Policy> policies) {
  const auto databases = co_await client.select("SHOW DATABASES");
  if (!databases) co_return std::unexpected(databases.error());
  const Endpoint& endpoint = client.endpoint();
  const auto retention = co_await client.select("SHOW RETENTION POLICIES ON " + quoted_identifier(endpoint.database));
  // The database may not exist yet; any other trouble shows when something is made.
  const std::vector<InfluxSeries> none;
  co_return plan_database(endpoint, policies, *databases, retention.has_value() ? *retention : none);
}

Task<Result<SetupPlan>> plan_version2(ApiClient& client, std::vector<Policy> policies) {
  const auto org_id = co_await client.find_org_id();
  if (!org_id) co_return std::unexpected(org_id.error());
  const auto buckets = co_await client.list_buckets(*org_id);
  if (!buckets) co_return std::unexpected(buckets.error());
  co_return plan_buckets(client.endpoint(), policies, *org_id, *buckets);
}

Task<Result<void>> make(ApiClient& client, std::string request) {
  if (client.endpoint().version == Version::v2) {
    auto result = co_await client.create_bucket(std::move(request));
    co_return result;
  }
  const auto answer = co_await client.execute(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<void>{};
}

}  // namespace

Task<Result<SetupPlan>> plan_setup(ApiClient& client, std::vector<Policy> policies) {
  if (client.endpoint().version == Version::v1) return plan_version1(client, std::move(policies));
  return plan_version2(client, std::move(policies));
}

Task<Result<void>> apply_setup(ApiClient& client, SetupPlan plan, std::function<void(const SetupItem&)> made) {
  for (const SetupItem& item : plan) {
    if (item.state != SetupItem::State::missing) continue;
    const auto result = co_await make(client, item.request);
    if (!result) co_return fail(item.name + ": " + result.error().message);
    if (made) made(item);
  }
  co_return Result<void>{};
}

}  // namespace metricstream::influx
