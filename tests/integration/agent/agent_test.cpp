#include "services/agent/agent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "common/runtime/sleep.hpp"
#include "tests/integration/agent/fake_ingest.hpp"

namespace metricstream::agent {
namespace {

using namespace std::chrono_literals;
using testing::FakeIngest;
using Wire = testing::FakeIngest::Wire;
using ::testing::HasSubstr;

// Measures three numbers a round, each of all rounds once; nothing after `rounds`.
class Numbers final : public Collector {
 public:
  explicit Numbers(int rounds) : rounds_(rounds) {}
  [[nodiscard]] std::string_view name() const override { return "numbers"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override {
    if (rounds_-- <= 0) return {};
    for (int i = 0; i < 3; ++i) {
      out.push_back({"number", static_cast<double>(next_++), now.wall, MetricType::gauge, "", {}});
    }
    return {};
  }

 private:
  int rounds_;
  int next_ = 0;
};

std::vector<int> numbers_in(const std::string& text) {
  std::vector<int> numbers;
  const std::string key = "\"value\":";
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
    numbers.push_back(std::stoi(text.substr(at + key.size())));
  }
  return numbers;
}

std::vector<int> first_numbers(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<int> stored_numbers(const FakeIngest& server) {
  std::vector<int> all;
  for (const auto& [key, body] : server.stored()) {
    const auto numbers = numbers_in(body);
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  return all;
}

class AgentTest : public ::testing::Test {
 protected:
  AgentTest() : ledger_(std::filesystem::temp_directory_path() / ("agent_ledger_" + std::to_string(::getpid()))) {
    std::filesystem::remove(ledger_);
    settings_.interval = 20ms;
    settings_.batch_size = 4;
    settings_.primary = primary_.url();
    settings_.request_timeout = 150ms;
    settings_.connect_timeout = 1s;
    settings_.shutdown_timeout = 5s;
    settings_.retry_first = 10ms;
    settings_.retry_limit = 40ms;
    settings_.max_retry_after = 40ms;
    settings_.ledger_path = ledger_.string();
  }
  ~AgentTest() override { std::filesystem::remove(ledger_); }

  // Runs an agent over `rounds` rounds until `is_enough` (looked at between its steps), then stops it.
  void run(int rounds, const std::function<bool()>& is_enough) {
    with_agent(rounds, [&](Agent& agent) { return watch(agent, is_enough); });
  }
  void run_once() {
    with_agent(2, [](Agent& agent) { return agent.run_once(); });
  }

  [[nodiscard]] std::function<bool()> stored(int numbers) const {
    return [this, numbers] { return stored_numbers(primary_).size() >= static_cast<std::size_t>(numbers); };
  }

  [[nodiscard]] std::vector<std::string> ledger_lines(const std::string& event) const {
    std::vector<std::string> lines;
    std::ifstream in(ledger_);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("{\"event\":\"" + event + "\"")) lines.push_back(line);
    }
    return lines;
  }

  FakeIngest primary_;
  AgentSettings settings_;
  std::filesystem::path ledger_;
  std::size_t lost_ = 0;

 private:
  void with_agent(int rounds, const std::function<Task<void>(Agent&)>& story) {
    boost::asio::io_context context(1);
    metrics::Registry registry;
    SelfMetrics metrics(registry, settings_.buffer_samples);
    std::vector<std::unique_ptr<Collector>> collectors;
    collectors.push_back(std::make_unique<Numbers>(rounds));
    AgentParts parts{.collectors = std::move(collectors),
                     .delivery = *HttpDelivery::create(context.get_executor(), settings_),
                     .ledger = *Ledger::open(settings_.ledger_path),
                     .host = "web-01",
                     .run_id = "run"};
    Agent agent(context.get_executor(), settings_, std::move(parts), metrics, Logger::null());
    boost::asio::co_spawn(context, story(agent), [](std::exception_ptr error) { EXPECT_FALSE(error); });
    context.run();
    lost_ = agent.lost();
  }

  static Task<void> watch(Agent& agent, std::function<bool()> is_enough) {
    agent.start();
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!is_enough()) {
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "the condition did not come true within 20 s";
        break;
      }
      co_await sleep_for(2ms);
    }
    co_await agent.stop();
  }
};

TEST_F(AgentTest, SendsBatchesAsTheDocumentsAskFor) {
  settings_.api_key = Secret("k1");
  settings_.client_id = "team-a";
  settings_.tags = {{"environment", "production"}};
  run(2, stored(6));
  const auto request = primary_.requests().front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v1/metrics");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(request.headers.at("authorization"), "Bearer k1");
  EXPECT_EQ(request.headers.at("x-client-id"), "team-a");
  EXPECT_EQ(request.headers.at("idempotency-key"), "run-1");
  EXPECT_THAT(request.body, HasSubstr(R"({"host_id":"web-01","tags":{"environment":"production"},"metrics":[)"));
  EXPECT_EQ(stored_numbers(primary_), first_numbers(6));
}

TEST_F(AgentTest, ThroughEveryKindOfFaultNothingIsLostRepeatedChangedOrReordered) {
  std::mt19937 random(11);
  std::vector<FakeIngest::Reply> script;
  for (int i = 0; i < 60; ++i) {
    FakeIngest::Reply reply;
    constexpr int kStatuses[] = {202, 202, 503, 429, 500, 502, 504, 408, 401};
    reply.status = kStatuses[random() % std::size(kStatuses)];
    if (random() % 3 == 0) reply.headers = "Retry-After: 1\r\n";
    constexpr Wire kWires[] = {Wire::closed, Wire::reset, Wire::silent, Wire::garbage};
    if (random() % 4 == 0) reply.wire = kWires[random() % std::size(kWires)];
    reply.stores = random() % 2 == 0;
    script.push_back(reply);
  }
  primary_.script(script);
  run(40, stored(120));
  EXPECT_EQ(stored_numbers(primary_), first_numbers(120));
  EXPECT_FALSE(primary_.saw_changed_batch());
  EXPECT_EQ(lost_, 0U);
}

TEST_F(AgentTest, ASilentServerIsGivenUpOnAndAskedAgain) {
  primary_.script({{.wire = Wire::silent}, {.wire = Wire::silent}});
  run(1, stored(3));
  const auto requests = primary_.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].body, requests[2].body);
  EXPECT_EQ(requests[0].headers.at("idempotency-key"), requests[2].headers.at("idempotency-key"));
}

TEST_F(AgentTest, TheBackupTakesOverWhenThePrimaryIsAway) {
  settings_.backup = primary_.url();
  settings_.primary = "http://127.0.0.1:1";  // nobody listens there
  run(5, stored(15));
  EXPECT_EQ(stored_numbers(primary_), first_numbers(15));
  EXPECT_THAT(ledger_lines("acknowledged").front(), HasSubstr(R"("endpoint":"backup")"));
}

TEST_F(AgentTest, ARefusedBatchIsDroppedAndInTheLedgerAndTheOthersGoOn) {
  primary_.script({{.status = 400, .body = "bad\nbatch", .stores = false}});
  run(3, stored(6));
  const auto dropped = ledger_lines("dropped");
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_THAT(dropped.front(), HasSubstr(R"("reason":"http_400","maybe_stored":false)"));
  EXPECT_EQ(numbers_in(dropped.front()), first_numbers(3));
  EXPECT_EQ(lost_, 3U);
}

TEST_F(AgentTest, TheLedgerHoldsExactlyWhatTheServerStored) {
  primary_.script({{.status = 503}, {.status = 202}, {.wire = Wire::closed}});
  run(10, stored(30));
  std::vector<int> acknowledged;
  for (const auto& line : ledger_lines("acknowledged")) {
    const auto numbers = numbers_in(line);
    acknowledged.insert(acknowledged.end(), numbers.begin(), numbers.end());
  }
  EXPECT_EQ(acknowledged, stored_numbers(primary_));
  EXPECT_THAT(ledger_lines("stopped").front(), HasSubstr(R"("collected":30,"acknowledged":30,"dropped":0)"));
}

TEST_F(AgentTest, StoppingFlushesWhatWaitsBehindALongBackoff) {
  settings_.retry_first = 10s;
  settings_.retry_limit = 10s;
  settings_.max_retry_after = 10s;
  primary_.script({{.status = 503, .stores = false}});
  run(4, [this] { return !primary_.requests().empty(); });
  const auto numbers = stored_numbers(primary_);
  EXPECT_FALSE(numbers.empty());
  EXPECT_EQ(numbers, first_numbers(static_cast<int>(numbers.size())));
  EXPECT_EQ(lost_, 0U);
}

TEST_F(AgentTest, StoppingGivesUpAtItsDeadlineAndAccountsForEverything) {
  settings_.shutdown_timeout = 200ms;
  primary_.otherwise({.status = 503, .stores = false});
  run(5, [this] { return primary_.requests().size() >= 3; });
  EXPECT_EQ(ledger_lines("acknowledged").size(), 0U);
  const auto dropped = ledger_lines("dropped");
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_THAT(dropped.front(), HasSubstr(R"("reason":"shutdown","maybe_stored":true)"));
  const auto totals = ledger_lines("stopped");
  ASSERT_EQ(totals.size(), 1U);
  EXPECT_THAT(totals.front(), HasSubstr("\"dropped\":" + std::to_string(lost_)));
  EXPECT_THAT(totals.front(), HasSubstr("\"collected\":" + std::to_string(lost_)));
}

TEST_F(AgentTest, AHangingRequestDoesNotOutliveTheDeadline) {
  settings_.shutdown_timeout = 100ms;
  settings_.request_timeout = 60s;
  primary_.otherwise({.wire = Wire::silent, .stores = false});
  const auto start = std::chrono::steady_clock::now();
  run(1, [this] { return !primary_.requests().empty(); });
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  EXPECT_THAT(ledger_lines("dropped").front(), HasSubstr(R"("reason":"shutdown","maybe_stored":true)"));
}

TEST_F(AgentTest, AFullBufferLosesTheOldestThatIsNotBeingSent) {
  settings_.buffer_samples = 8;
  settings_.batch_size = 3;
  primary_.otherwise({.status = 503, .stores = false});
  const auto is_full = [this] {
    // Ten rounds of three: the pinned batch and the five newest stay.
    if (ledger_lines("discarded").size() < 8) return false;
    primary_.otherwise({});
    return true;
  };
  run(10, is_full);
  EXPECT_EQ(stored_numbers(primary_).size() + lost_, 30U);
  EXPECT_EQ(stored_numbers(primary_), (std::vector<int>{0, 1, 2, 25, 26, 27, 28, 29}));
}

TEST_F(AgentTest, OnceMeasuresTwiceAndSendsAll) {
  run_once();
  EXPECT_EQ(stored_numbers(primary_), first_numbers(6));
  EXPECT_EQ(lost_, 0U);
}

TEST_F(AgentTest, SamplesThatTheServerRefusedOneByOneAreInTheLedger) {
  primary_.script({{.body = R"({"status":"accepted","received":3,"accepted":1,"rejected":2,"errors":[]})"}});
  run(1, stored(3));
  EXPECT_THAT(ledger_lines("acknowledged").front(), HasSubstr(R"("status":202,"rejected":2)"));
}

TEST(HttpDelivery, AppendsThePathOnlyWhereItIsMissing) {
  const auto target = [](const char* url) { return post_target(*http::parse_url(url)); };
  EXPECT_EQ(target("https://metrics.company.com"), "/api/v1/metrics");
  EXPECT_EQ(target("http://h/prefix/"), "/prefix/api/v1/metrics");
  EXPECT_EQ(target("http://h/metrics"), "/metrics");
  EXPECT_EQ(target("http://h/api/v1/metrics"), "/api/v1/metrics");
}

}  // namespace
}  // namespace metricstream::agent
