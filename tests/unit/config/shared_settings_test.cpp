#include "common/config/shared_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/load.hpp"
#include "common/config/reference.hpp"

namespace metricstream {
namespace {

using testing::HasSubstr;

struct Shared {
  KafkaSettings kafka;
  TimeSettings time;
  LogSettings log;
  AdminSettings admin{.listen = "127.0.0.1:8081"};
};

void describe(config::Schema& schema, Shared& shared) {
  schema.section("kafka", shared.kafka, "The log.");
  schema.section("time", shared.time, "Time.");
  schema.section("log", shared.log, "Logs.");
  schema.section("admin", shared.admin, "Management.");
}

std::string problems_of(std::string_view text) {
  return config::text_of(config::load<Shared>(text, "f.yaml").problems);
}

TEST(SharedSettings, TheirDefaultsAreValid) {
  const auto loaded = config::load<Shared>(config::default_yaml<Shared>(), "f.yaml");
  EXPECT_TRUE(loaded.ok()) << config::text_of(loaded.problems);
  EXPECT_EQ(loaded.settings.time.max_age, std::chrono::minutes{75});
  EXPECT_EQ(loaded.settings.kafka.partitions, 12);
  EXPECT_EQ(loaded.settings.kafka.bootstrap_servers(), "127.0.0.1:9092");
}

TEST(SharedSettings, BrokersAreHostAndPort) {
  EXPECT_EQ(problems_of("kafka:\n  brokers: [a:1, b, ':3']\n"),
            "f.yaml:2:18: kafka.brokers[1]: 'b': expected host:port\n"
            "f.yaml:2:21: kafka.brokers[2]: ':3': expected host:port\n");
  const auto loaded = config::load<Shared>("kafka: {brokers: 'a:1,b:2'}", "f.yaml");
  EXPECT_EQ(loaded.settings.kafka.bootstrap_servers(), "a:1,b:2");
}

TEST(SharedSettings, SaslNeedsItsCredentials) {
  const std::string text = problems_of("kafka:\n  security:\n    protocol: sasl_ssl\n");
  EXPECT_THAT(text, HasSubstr("f.yaml:2:3: kafka.security.username: expected a name"));
  EXPECT_THAT(text, HasSubstr("f.yaml:2:3: kafka.security.password_file: expected a file"));
  EXPECT_THAT(problems_of("kafka: {security: {protocol: ssl, key_file: /k}}"), HasSubstr("come together"));
}

TEST(SharedSettings, TheAdminListenerMayBeOff) {
  EXPECT_EQ(problems_of("admin: {listen: ''}\n"), "");
  EXPECT_THAT(problems_of("admin: {listen: '8081'}\n"), HasSubstr("'8081': expected an address and port"));
}

TEST(SharedSettings, TimesHaveRanges) {
  EXPECT_THAT(problems_of("time: {max_age: 999ms}\n"), HasSubstr("from 1s to 1d"));
  EXPECT_THAT(problems_of("time: {future: rejct}\n"), HasSubstr("did you mean 'reject'?"));
  EXPECT_THAT(problems_of("log: {level: warning}\n"), HasSubstr("expected one of debug, info, warn, error"));
}

}  // namespace
}  // namespace metricstream
