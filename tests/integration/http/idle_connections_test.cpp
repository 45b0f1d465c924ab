#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdio>
#include <string>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/connection_crowd.hpp"
#include "tests/support/raw_http.hpp"
#include "tests/support/sanitizers.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::ask;
using metricstream::test::ConnectionCrowd;
using metricstream::test::kIsSanitized;
using metricstream::test::raise_file_limit;
using metricstream::test::RawHttp;
using metricstream::test::resident_bytes;

constexpr std::size_t kConnections = 10'000;
constexpr std::size_t kBound = 200'000'000;  // bytes of the whole process
constexpr std::size_t kOtherFiles = 200;
constexpr std::size_t kBodySize = 24'000;

bool send_all(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

TEST(IdleConnections, TenThousandFitInto200MegabytesAfterTheirFirstRequest) {
  ConnectionCrowd crowd([](int socket) {
    return ask(socket, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  });
  const std::size_t files = raise_file_limit();
  if (files < kConnections + kOtherFiles) {
    GTEST_SKIP() << "the limit of open files is " << files << ": " << kConnections << " connections take "
                 << kConnections + kOtherFiles << " (ulimit -Hn)";
  }
  TestServer server({.connections = kConnections + 1});
  RawHttp other(server.port());
  ASSERT_EQ(other.get("/hello").status, 200);
  const std::size_t before = resident_bytes();
  ASSERT_EQ(crowd.open(server.port(), kConnections), kConnections);
  ASSERT_EQ(server.statistics().connections_open, static_cast<std::int64_t>(kConnections + 1));
  const std::size_t after = resident_bytes();
  const std::size_t grown = after > before ? after - before : 0;
  std::printf("%zu idle connections: %zu bytes each, resident memory %.1f MB grown by %.1f MB\n", kConnections,
              grown / kConnections, static_cast<double>(after) / 1e6, static_cast<double>(grown) / 1e6);
  if (!kIsSanitized) {
    EXPECT_LT(grown / kConnections, kBound / kConnections);
    EXPECT_LT(after, kBound);
  }
  EXPECT_EQ(other.get("/hello").status, 200) << "and the server still serves";
}

// Each holds a space of its own before the first has ended. The last ones give theirs back while the connections, and
// whatever else is younger than the spaces, are still there: memory that the allocator by itself would keep.
TEST(IdleConnections, TenThousandFitInto200MegabytesAfterAllHadABodyUnderWayAtOnce) {
  const std::string half = body_of(kBodySize / 2);
  ConnectionCrowd crowd(
      [&half](int socket) {
        const std::string head =
            "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(kBodySize) + "\r\n\r\n";
        return send_all(socket, head + half);
      },
      [&half](int socket) { return ask(socket, half.c_str()); });
  const std::size_t files = raise_file_limit();
  if (files < kConnections + kOtherFiles) {
    GTEST_SKIP() << "the limit of open files is " << files << ": " << kConnections << " connections take "
                 << kConnections + kOtherFiles << " (ulimit -Hn)";
  }
  TestServer server({.connections = kConnections + 1}, {.header = 2min, .body = 2min, .idle = 2min});
  ASSERT_EQ(crowd.open(server.port(), kConnections), kConnections);
  RawHttp other(server.port());
  ASSERT_EQ(other.get("/hello").status, 200);
  if (!kIsSanitized) await([] { return resident_bytes() > kConnections * kBodySize; });
  const std::size_t under_way = resident_bytes();
  ASSERT_EQ(crowd.go_on(), kConnections);
  ASSERT_EQ(server.statistics().connections_open, static_cast<std::int64_t>(kConnections + 1));
  if (!kIsSanitized) await([] { return resident_bytes() < kBound; });
  const std::size_t after = resident_bytes();
  std::printf("%zu bodies of %zu bytes under way: resident memory %.1f MB; idle: %.1f MB\n", kConnections, kBodySize,
              static_cast<double>(under_way) / 1e6, static_cast<double>(after) / 1e6);
  EXPECT_EQ(other.get("/hello").status, 200) << "and the server still serves";
}

}  // namespace
}  // namespace metricstream::http::test
