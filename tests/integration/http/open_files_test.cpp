#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/connection_crowd.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::ConnectionCrowd;
using metricstream::test::RawHttp;

// As long as it lives this process gets no descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = ::dup(STDERR_FILENO);
    ::close(lowest);
    const rlimit none{.rlim_cur = static_cast<rlim_t>(lowest), .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(Server, WithoutADescriptorItPausesAndTakesThoseWhoWaitOnceThereIsOne) {
  ConnectionCrowd crowd([](int) { return true; });
  TestServer server({}, {.header = 60s}, 1);
  {
    const NoDescriptors limited;
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(crowd.open(server.port(), 3), 3U);
    await([&] { return server.problems >= 5; });
    const int problems = server.problems;
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_LE(problems, 1 + took / 100ms) << "it spins";
    EXPECT_EQ(server.statistics().connections_open, 0);
  }
  await([&] { return server.statistics().connections_open == 3; });
  EXPECT_EQ(RawHttp(server.port()).get("/hello").status, 200);
}

}  // namespace
}  // namespace metricstream::http::test
