#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/config/load.hpp"
#include "services/aggregator/sink/sink.hpp"

namespace metricstream::sink {
namespace {

config::Loaded<SinkSettings> load(std::string_view text) {
  return config::load<SinkSettings>(text, "sink.yaml", [](const std::string&) { return std::nullopt; });
}

std::string problems_of(std::string_view text) { return config::text_of(load(text).problems); }

class SecretFile {
 public:
  explicit SecretFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("metricstream-secret-" + std::to_string(::getpid()))) {
    std::ofstream{path_} << text;
  }
  ~SecretFile() { std::filesystem::remove(path_); }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(SinkSettings, TheDefaultsAreUsableAsTheyAre) {
  const auto loaded = load("");
  ASSERT_TRUE(loaded.ok());
  const std::vector<std::string> sizes{"raw", "10s", "1m"};
  const auto options = make_sink_options(loaded.settings, sizes);
  ASSERT_TRUE(options);
  ASSERT_EQ(options->policies.size(), 3U);
  EXPECT_EQ(options->policies[1].policy, *influx::default_policy("10s"));
  EXPECT_EQ(options->batch.lines, 5000U);
  EXPECT_EQ(options->batch.bytes, 1U << 20);
  EXPECT_EQ(options->batch.age, std::chrono::seconds{1});
  EXPECT_EQ(options->timeout, std::chrono::seconds{10});
}

TEST(SinkSettings, EverythingCanBeSaidInTheFile) {
  const SecretFile token{"t0ken\n"};
  const auto loaded =
      load("type: influxdb\nversion: 2\nurl: https://influx.example.org:8087/base\norg: acme\nbucket: m\ntoken_file: " +
           token.path() +
           "\nbatch: {lines: 100, bytes: 64KiB, age: 250ms}\ntimeout: 3s\ngzip_level: 6\n"
           "policies:\n  - {size: 1m, name: minutes, duration: 30d}\n  - {size: raw, shard_duration: 12h}\n");
  ASSERT_TRUE(loaded.ok()) << config::text_of(loaded.problems);
  const std::vector<std::string> sizes{"raw", "1m"};
  const auto options = make_sink_options(loaded.settings, sizes);
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->endpoint.token.reveal(), "t0ken");
  EXPECT_EQ(influx::write_target(options->endpoint, options->policies[1].policy.name),
            "/api/v2/write?org=acme&bucket=m%2Fminutes&precision=ns");
  EXPECT_EQ(options->policies[0].policy.shard_duration, std::chrono::hours{12});
  EXPECT_EQ(options->policies[1].policy.duration, std::chrono::days{30});
  EXPECT_EQ(options->batch.bytes, 65536U);
  EXPECT_EQ(options->gzip_level, 6);
}

TEST(SinkSettings, WhatCannotWorkIsSaidWithItsPlace) {
  EXPECT_NE(problems_of("version: 2").find("org"), std::string::npos);
  EXPECT_NE(problems_of("version: 3").find("version"), std::string::npos);
  EXPECT_NE(problems_of("url: influx:8086").find("url"), std::string::npos);
  EXPECT_NE(problems_of("username: u").find("password_file"), std::string::npos);
  EXPECT_NE(problems_of("policies: [{size: fast}]").find("policies[0].size"), std::string::npos);
  EXPECT_NE(problems_of("policies: [{size: 1m}, {size: 1m}]").find("twice"), std::string::npos);
  EXPECT_NE(problems_of("policies: [{size: 1m, duration: 10m}]").find("duration"), std::string::npos);
  EXPECT_NE(problems_of("batch: {lines: 0}").find("batch.lines"), std::string::npos);
}

TEST(SinkSettings, AMissingOrEmptySecretFileIsAnErrorThatNamesIt) {
  SinkSettings settings;
  settings.endpoint.version = influx::Version::v2;
  settings.endpoint.org = "o";
  settings.endpoint.token_file = "/nowhere/token";
  const auto missing = make_sink_options(settings, {});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nowhere/token"), std::string::npos);
  const SecretFile empty{"\n"};
  settings.endpoint.token_file = empty.path();
  EXPECT_FALSE(make_sink_options(settings, {}));
}

}  // namespace
}  // namespace metricstream::sink
