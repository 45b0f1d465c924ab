#include "services/agent/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "common/config/load.hpp"
#include "common/config/reference.hpp"

namespace metricstream::agent {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string file(const std::string& path) {
  std::ifstream in(std::filesystem::path(METRICSTREAM_SOURCE_DIR) / path);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

config::Loaded<AgentSettings> load(const std::string& text, std::map<std::string, std::string> variables = {}) {
  return config::load<AgentSettings>(text, "agent.yaml", [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

std::vector<std::string> texts(const std::vector<config::Problem>& problems) {
  std::vector<std::string> out;
  for (const auto& problem : problems) out.push_back(problem.text());
  return out;
}

TEST(AgentSettings, TheDocumentsAgentYamlLoadsVerbatim) {
  const auto loaded = load(file("tests/unit/agent/documents_agent.yaml"), {{"METRICS_API_KEY", "s3cret"}});
  EXPECT_THAT(texts(loaded.problems), IsEmpty());
  const AgentSettings& settings = loaded.settings;
  EXPECT_EQ(settings.interval, std::chrono::seconds{10});
  EXPECT_EQ(settings.batch_size, 100U);
  EXPECT_EQ(settings.primary, "https://metrics.company.com");
  EXPECT_EQ(settings.backup, "https://metrics-backup.company.com");
  EXPECT_TRUE(settings.system.enabled && settings.system.cpu && settings.system.memory && settings.system.disk &&
              settings.system.network);
  EXPECT_EQ(settings.buffer_samples, 10'000U);
  EXPECT_EQ(settings.api_key.reveal(), "s3cret");
}

TEST(AgentSettings, WhatTheDocumentsNameAndWeDoNotHaveYetIsWarnedOfAndNothingElse) {
  const auto loaded = load(file("tests/unit/agent/documents_agent.yaml"), {{"METRICS_API_KEY", "s3cret"}});
  EXPECT_EQ(loaded.warnings.size(), 2U);
  EXPECT_THAT(texts(loaded.warnings),
              AllOf(Contains(HasSubstr("metrics.applications")), Contains(HasSubstr("buffering.disk_path"))));
}

TEST(AgentSettings, TheDocumentsKeyMustBeInTheEnvironment) {
  const auto loaded = load(file("tests/unit/agent/documents_agent.yaml"));
  EXPECT_THAT(texts(loaded.problems), Contains(HasSubstr("METRICS_API_KEY")));
}

TEST(AgentSettings, TheShippedFileIsTheDefaultsAndNamesEverySetting) {
  const std::string text = file("config/agent.yaml");
  const auto loaded = load(text);
  EXPECT_THAT(texts(loaded.problems), IsEmpty());
  EXPECT_THAT(texts(loaded.warnings), IsEmpty());
  EXPECT_EQ(config::show_yaml(loaded.settings), config::show_yaml(AgentSettings{}));
  EXPECT_THAT(config::missing_keys<AgentSettings>(text), IsEmpty());
}

TEST(AgentSettings, TheBuiltInDefaultsLoadThemselves) {
  const auto loaded = load(config::default_yaml<AgentSettings>());
  EXPECT_THAT(texts(loaded.problems), IsEmpty());
}

struct Mistake {
  const char* yaml;
  const char* says;
};

TEST(AgentSettings, EachMistakeIsToldWithItsPlace) {
  for (const auto& [yaml, says] : {
           Mistake{"collection: {interval: 10}", "collection.interval"},
           Mistake{"collection: {batch_size: 1001}", "collection.batch_size"},
           Mistake{"collection: {intervall: 10s}", "interval"},
           Mistake{"endpoints: {primary: metrics.company.com}", "endpoints.primary"},
           Mistake{"endpoints: {backup: ftp://x}", "endpoints.backup"},
           Mistake{"client_id: 'a b'", "client_id"},
           Mistake{"tags: {client_id: x}", "tags.client_id"},
           Mistake{"tags: {p99: x}", "tags.p99"},
           Mistake{"tags: {dir: 'x\\'}", "tags.dir"},
           Mistake{"buffering: {max_size: 10}", "buffering.max_size"},
           Mistake{"retry: {first: 2m}", "retry.limit"},
           Mistake{"admin: {listen: nowhere}", "admin.listen"},
       }) {
    EXPECT_THAT(texts(load(yaml).problems), Contains(AllOf(HasSubstr("agent.yaml:1"), HasSubstr(says)))) << yaml;
  }
}

TEST(AgentSettings, AKeyOverPlainHttpIsWarnedOf) {
  const auto loaded = load("auth: {api_key: k}");
  EXPECT_THAT(texts(loaded.problems), IsEmpty());
  EXPECT_THAT(texts(loaded.warnings), Contains(HasSubstr("clear text")));
}

}  // namespace
}  // namespace metricstream::agent
