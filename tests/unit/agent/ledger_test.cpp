#include "services/agent/ledger.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace metricstream::agent {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() : path_(std::filesystem::temp_directory_path() / ("ledger_unit_" + std::to_string(::getpid()))) {
    std::filesystem::remove(path_);
  }
  ~LedgerTest() override { std::filesystem::remove(path_); }
  [[nodiscard]] std::string text() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path path_;
};

TEST_F(LedgerTest, WritesAWholeLineForEachEvent) {
  auto ledger = Ledger::open(path_);
  ASSERT_TRUE(ledger);
  const OutgoingBatch batch{
      .key = "r-1", .body = R"({"metrics":[]})", .samples = 2, .attempts = 3, .maybe_stored = true};
  EXPECT_TRUE(ledger->started(1, "r", "we\"b"));
  EXPECT_TRUE(ledger->acknowledged(2, {.batch = batch, .acknowledged = true, .endpoint = 0, .answer = {.status = 202}},
                                   "primary"));
  EXPECT_TRUE(ledger->dropped(3, batch, "http_400"));
  EXPECT_TRUE(ledger->discarded(4, 5, "buffer_full"));
  EXPECT_TRUE(ledger->stopped(5, "r", {.collected = 9, .acknowledged = 2, .dropped = 7}));
  EXPECT_EQ(text(),
            R"({"event":"started","at_ns":1,"run":"r","host":"we\"b"})"
            "\n"
            R"({"event":"acknowledged","at_ns":2,"batch_id":"r-1","samples":2,"attempts":3,"endpoint":"primary",)"
            R"("status":202,"rejected":0,"body":{"metrics":[]}})"
            "\n"
            R"({"event":"dropped","at_ns":3,"batch_id":"r-1","samples":2,"attempts":3,"reason":"http_400",)"
            R"("maybe_stored":true,"body":{"metrics":[]}})"
            "\n"
            R"({"event":"discarded","at_ns":4,"samples":5,"reason":"buffer_full"})"
            "\n"
            R"({"event":"stopped","at_ns":5,"run":"r","collected":9,"acknowledged":2,"dropped":7})"
            "\n");
}

TEST_F(LedgerTest, AnEarlierRunStaysAndItsTornLineIsEnded) {
  std::ofstream(path_) << "{\"event\":\"started\"}\n{\"event\":\"ackno";
  auto ledger = Ledger::open(path_);
  ASSERT_TRUE(ledger);
  EXPECT_TRUE(ledger->discarded(4, 5, "shutdown"));
  EXPECT_TRUE(text().starts_with("{\"event\":\"started\"}\n{\"event\":\"ackno\n{\"event\":\"discarded\"")) << text();
}

TEST_F(LedgerTest, WithoutAPathNothingIsKept) {
  auto ledger = Ledger::open("");
  ASSERT_TRUE(ledger);
  EXPECT_TRUE(ledger->discarded(1, 1, "x"));
}

TEST_F(LedgerTest, AFileThatCannotBeWrittenIsToldOf) {
  const auto ledger = Ledger::open("/nonexistent/ledger");
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().message, "/nonexistent/ledger: No such file or directory");
  auto full = Ledger::open("/dev/full");
  ASSERT_TRUE(full);
  EXPECT_FALSE(full->discarded(1, 1, "x"));
}

}  // namespace
}  // namespace metricstream::agent
