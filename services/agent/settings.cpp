#include "services/agent/settings.hpp"

#include "common/model/limits.hpp"
#include "common/model/validation.hpp"

namespace metricstream::agent {
namespace {

using config::at_least;
using config::between;

constexpr std::chrono::milliseconds kShortestWait{10};

void check_tags(const AgentSettings& settings, config::Report& report) {
  const BatchLimits limits;
  for (const auto& [key, value] : settings.tags) {
    const auto path = "tags." + key;
    if (const auto fault = check_tag_key(key, limits)) report.error(path, "bad tag key: " + std::string(fault->rule));
    if (const auto fault = check_tag_value(value, limits)) {
      report.error(path, "bad tag value: " + std::string(fault->rule));
    }
    if (value.empty()) report.warning(path, "an empty value means that there is no such tag");
  }
  // The collectors add up to three tags of their own, the server adds `host`.
  if (settings.tags.size() + 4 > limits.tags) {
    report.error("tags", "more than " + std::to_string(limits.tags - 4) + " tags: samples have up to " +
                             std::to_string(limits.tags) + ", four of them the agent's own");
  }
}

void check_endpoints(const AgentSettings& settings, config::Report& report) {
  if (settings.backup == settings.primary) report.warning("endpoints.backup", "is the same as endpoints.primary");
  const bool is_plain = settings.primary.starts_with("http://") || settings.backup.starts_with("http://");
  if (is_plain && !settings.api_key.empty()) {
    report.warning("auth.api_key", "is sent in clear text over http://: use https://");
  }
}

void describe_sending(config::Schema& schema, AgentSettings& settings) {
  schema.section("endpoints", "Where samples are sent: the ingest service's or its balancer's address.");
  schema.field("endpoints.primary", settings.primary,
               "Base address; /api/v1/metrics is appended, unless it ends in /metrics already.", config::http_url());
  schema.field("endpoints.backup", settings.backup,
               "Tried at once when the primary fails, used while that recovers. Empty: none.",
               {.expected = ", http://... or https://..., or empty",
                .holds = [](const std::string& url) { return url.empty() || config::http_url().holds(url); }});
  schema.section("auth", "How the agent presents itself.");
  schema.field("auth.api_key", settings.api_key, "Sent as `Authorization: Bearer KEY`. Empty: none.");
  schema.section("timeouts", "How long one attempt may take.");
  schema.field("timeouts.connect", settings.connect_timeout, "Name, TCP and TLS together.", at_least(kShortestWait));
  schema.field("timeouts.request", settings.request_timeout,
               "From the first byte sent to the last received. The server answers within 10 s.",
               at_least(kShortestWait));
  schema.field("timeouts.shutdown", settings.shutdown_timeout, "For the last flush after SIGTERM.");
  schema.section("retry", "Waits between attempts; each is drawn from the upper half of the doubling step.");
  schema.field("retry.first", settings.retry_first, "First wait.", at_least(kShortestWait));
  schema.field("retry.limit", settings.retry_limit, "Longest wait.", at_least(kShortestWait));
  schema.field("retry.max_retry_after", settings.max_retry_after,
               "Longest wait that a server's Retry-After can ask for.", at_least(kShortestWait));
  schema.section("tls", "For https:// endpoints; certificates are always verified.");
  schema.field("tls.ca_file", settings.ca_file, "PEM file of accepted authorities. Empty: the system's.");
}

}  // namespace

void describe(config::Schema& schema, SystemMetrics& system) {
  schema.field("enabled", system.enabled, "Whether this machine is measured at all.");
  schema.field("cpu", system.cpu, "cpu.*: usage of the machine and of each core.");
  schema.field("memory", system.memory, "mem.* and swap.*.");
  schema.field("load", system.load, "load.1m, load.5m, load.15m.");
  schema.field("disk", system.disk, "disk.*: reads and writes by device, space by file system.");
  schema.field("network", system.network, "net.*: traffic by interface.");
  schema.field("ignored_devices", system.ignored_devices, "Globs of block devices that are left out.");
  schema.field("ignored_interfaces", system.ignored_interfaces, "Globs of network interfaces that are left out.");
}

void describe(config::Schema& schema, AgentSettings& settings) {
  schema.section("collection", "How often the machine is measured, and how much is sent at once.");
  schema.field("collection.interval", settings.interval, "Time between two rounds.",
               between(std::chrono::milliseconds{100}, std::chrono::hours{1}));
  schema.field("collection.batch_size", settings.batch_size, "Samples in one request, at most.",
               between(1, BatchLimits{}.samples));
  describe_sending(schema, settings);
  schema.section("metrics", "What is measured.");
  schema.section("metrics.system", settings.system, "This machine, from /proc.");
  schema.unused("metrics.applications", "applications are not scraped yet: the list is ignored");
  schema.section("buffering", "What is kept while no endpoint takes it.");
  schema.field("buffering.max_size", settings.buffer_samples,
               "Samples kept in memory; beyond that the oldest are dropped and counted.", between(1, 10'000'000));
  schema.unused("buffering.disk_path", "there is no disk buffer yet: samples are kept in memory only");
  schema.field("hostname", settings.hostname, "Tag `host` of every sample. Empty: the system's name.");
  schema.field("client_id", settings.client_id,
               "Sent as X-Client-Id, for servers that trust it. Empty: the server goes by key or host.",
               {.expected = ", 1 to 128 printable bytes without blank and backslash, or empty",
                .holds = [](const std::string& id) { return id.empty() || is_client_id(id, BatchLimits{}); }});
  schema.field("tags", settings.tags, "Tags of every sample, such as environment or datacenter.");
  schema.section("path", "Where the machine's files are seen from here, for an agent in a container.");
  schema.field("path.procfs", settings.procfs, "The machine's /proc.", config::not_empty());
  schema.field("path.rootfs", settings.rootfs, "The machine's /.", config::not_empty());
  schema.field("ledger_path", settings.ledger_path,
               "JSON-lines file with every batch and what became of it (format: docs/agent.md). Empty: none.");
  schema.section("log", settings.log, "Logging to standard error.");
  schema.section("admin", settings.admin, "Health, readiness and the agent's own metrics.");
  schema.validate([&settings](config::Report& report) {
    check_tags(settings, report);
    check_endpoints(settings, report);
    if (settings.buffer_samples < settings.batch_size) {
      report.error("buffering.max_size", "must be at least collection.batch_size (" +
                                             std::to_string(settings.batch_size) + "): a batch is buffered whole");
    }
    if (settings.retry_limit < settings.retry_first) report.error("retry.limit", "must be at least retry.first");
  });
}

}  // namespace metricstream::agent
