#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/influx/api_client.hpp"
#include "common/influx/setup.hpp"
#include "common/influx/write_client.hpp"
#include "tests/support/server_process.hpp"

namespace metricstream::influx {

// Runs one coroutine to its end.
template <class T>
T finish(boost::asio::io_context& context, Task<T> task) {
  auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.restart();
  context.run();
  return result.get();
}

// Debian's InfluxDB 1.6 on loopback with a data directory of its own; one for all tests of this process.
class RealInflux : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!testing::is_installed("influxd")) return;
    directory_ = std::make_unique<testing::TemporaryDirectory>();
    const std::uint16_t port = testing::free_port();
    url_ = "http://127.0.0.1:" + std::to_string(port);
    const auto configuration = directory_->path() / "influxdb.conf";
    std::ofstream{configuration} << configuration_text(port, testing::free_port());
    server_ = std::make_unique<testing::ServerProcess>(
        std::vector<std::string>{"influxd", "-config", configuration.string()}, directory_->path() / "log");
    boost::asio::io_context context;
    Endpoint endpoint;
    ApiClient client{context.get_executor(), *http::parse_url(url_), endpoint};
    is_ready_ = server_->wait_until_ready([&] { return finish(context, client.select("SHOW DATABASES")).has_value(); });
  }

  static void TearDownTestSuite() {
    server_.reset();
    directory_.reset();
  }

  void SetUp() override {
    if (!server_) GTEST_SKIP() << "influxd is not installed (Debian: apt-get install influxdb)";
    ASSERT_TRUE(is_ready_) << "influxd did not start";
    endpoint_.url = url_;
    endpoint_.database = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    client_ = std::make_unique<ApiClient>(context_.get_executor(), *http::parse_url(url_), endpoint_);
  }

  void set_up_database() {
    auto plan = finish(context_, plan_setup(*client_, standard_policies()));
    ASSERT_TRUE(plan) << plan.error().message;
    const auto applied = finish(context_, apply_setup(*client_, *plan, {}));
    ASSERT_TRUE(applied) << applied.error().message;
  }

  WriteOutcome write(const std::string& policy, const std::string& lines) {
    WriteClient writer{context_.get_executor(), *http::parse_url(url_), endpoint_, policy, {}};
    writer.prepare(lines);
    return finish(context_, writer.write());
  }

  std::vector<InfluxSeries> select(const std::string& influxql, const std::string& policy = {}) {
    auto answer = finish(context_, client_->select(influxql, policy));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : std::vector<InfluxSeries>{};
  }

  static const std::string& url() { return url_; }

  boost::asio::io_context context_;
  Endpoint endpoint_;
  std::unique_ptr<ApiClient> client_;

 private:
  static std::string configuration_text(std::uint16_t port, std::uint16_t backup_port) {
    const std::string path = directory_->path().string();
    return "reporting-disabled = true\nbind-address = \"127.0.0.1:" + std::to_string(backup_port) +
           "\"\n[meta]\n  dir = \"" + path + "/meta\"\n[data]\n  dir = \"" + path + "/data\"\n  wal-dir = \"" + path +
           "/wal\"\n  query-log-enabled = false\n  max-series-per-database = 0\n  max-values-per-tag = 0\n" +
           "[http]\n  bind-address = \"127.0.0.1:" + std::to_string(port) +
           "\"\n  log-enabled = false\n[ifql]\n  enabled = false\n[monitor]\n  store-enabled = false\n" +
           "[subscriber]\n  enabled = false\n[continuous_queries]\n  enabled = false\n";
  }

  inline static std::unique_ptr<testing::TemporaryDirectory> directory_;
  inline static std::unique_ptr<testing::ServerProcess> server_;
  inline static std::string url_;
  inline static bool is_ready_ = false;
};

}  // namespace metricstream::influx
