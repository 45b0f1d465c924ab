// Every row of tests/support/framing_cases.hpp over real sockets, in every way that its bytes may be cut.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <tuple>

#include "common/http/read_buffer.hpp"
#include "tests/integration/http/test_server.hpp"
#include "tests/support/framing_cases.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::After;
using metricstream::test::framing_cases;
using metricstream::test::FramingCase;
using metricstream::test::post_request;
using metricstream::test::RawHttp;
using metricstream::test::RawResponse;

// Up to this size a row is sent byte by byte and split everywhere, beyond in larger steps.
constexpr std::size_t kShort = 600;

std::uint16_t peer_port(int file) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  return ::getpeername(file, reinterpret_cast<sockaddr*>(&address), &size) == 0 ? ntohs(address.sin_port) : 0;
}

class LostServer : public std::logic_error {
  using std::logic_error::logic_error;
};

// The server's end of a connection, which lives in this process as well: shows when the server has read what was sent,
// so that two pieces are two reads without a sleep between. Throws LostServer where it shows nothing: the pieces would
// arrive as one, and the test would not test what it says.
class ServerEnd {
 public:
  explicit ServerEnd(const RawHttp& client) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (file_ < 0) {
      for (int file = 3; file < kMostFiles && file_ < 0; ++file) {
        if (peer_port(file) == client.local_port()) file_ = file;
      }
      if (std::chrono::steady_clock::now() > deadline) throw LostServer("the server's end is not among our files");
    }
  }

  // Returns at once where the server has closed.
  void await_read() const {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    int unread = 0;
    while (::ioctl(file_, FIONREAD, &unread) == 0 && unread > 0) {
      if (std::chrono::steady_clock::now() > deadline) throw LostServer("the server does not read");
      std::this_thread::yield();
    }
  }

 private:
  static constexpr int kMostFiles = 256;
  int file_ = -1;
};

// Sends the pieces one after the other; false when the server has closed before the last.
bool send_pieces(RawHttp& client, const std::vector<std::string_view>& pieces) {
  try {
    if (pieces.size() == 1) {
      client.send(pieces.front());
      return true;
    }
    const ServerEnd server(client);
    for (const std::string_view piece : pieces) {
      client.send(piece);
      server.await_read();
    }
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// As FramingCase::answers has it.
std::string shown(const RawResponse& response) {
  const std::string status = std::to_string(response.status) + " ";
  if (response.status == 200) return status + response.body;
  constexpr std::string_view kBefore = R"("error_id":"err-ms-)";
  const auto at = response.body.find(kBefore);
  if (at == std::string::npos) return status + "without error_id";
  const auto begin = at + kBefore.size();
  return status + response.body.substr(begin, response.body.find('"', begin) - begin);
}

struct Outcome {
  std::vector<std::string> answers;
  bool is_open = false;
};

// False when the server has closed.
bool follow_up(RawHttp& client, After after) {
  try {
    if (after == After::open) client.send("GET /hello HTTP/1.1\r\nHost: t\r\nX-Request-Id: probe\r\n\r\n");
    if (after == After::waits) client.finish_sending();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// What came back, and whether the connection still serves.
Outcome outcome_of(RawHttp& client, After after) {
  Outcome outcome;
  std::ignore = follow_up(client, after);  // where it has closed, what is there to be read says so
  while (!client.is_closed()) {
    const RawResponse response = client.read();
    if (response.status == 100) continue;  // depends on whether the body was there
    const auto id = response.headers.find("x-request-id");
    outcome.is_open = id != response.headers.end() && id->second == "probe";
    if (outcome.is_open) break;
    outcome.answers.push_back(shown(response));
  }
  return outcome;
}

std::vector<std::string_view> in_steps(std::string_view bytes, std::size_t step) {
  std::vector<std::string_view> pieces;
  for (; bytes.size() > step; bytes.remove_prefix(step)) pieces.push_back(bytes.substr(0, step));
  pieces.push_back(bytes);
  return pieces;
}

// Whole, in small steps, and in two parts for every position.
std::vector<std::vector<std::string_view>> ways_to_send(std::string_view bytes) {
  std::vector<std::vector<std::string_view>> ways{{bytes}, in_steps(bytes, bytes.size() <= kShort ? 1 : 997)};
  const std::size_t step = 1 + bytes.size() / kShort * 13;
  for (std::size_t cut = 1; cut < bytes.size(); cut += step) ways.push_back({bytes.substr(0, cut), bytes.substr(cut)});
  return ways;
}

class FramingTable : public ::testing::TestWithParam<std::vector<FramingCase> (*)()> {};

TEST_P(FramingTable, GivesTheSameAnswersHoweverTheBytesAreCut) {
  TestServer server;
  std::size_t sent = 0;
  int expected_bodies = 0;
  for (const FramingCase& row : GetParam()()) {
    std::string wire = row.wire;
    if (row.after == After::closed) wire += metricstream::test::smuggled_request();
    for (const auto& pieces : ways_to_send(wire)) {
      SCOPED_TRACE(row.what + ", in " + std::to_string(pieces.size()) + " pieces, the first of " +
                   std::to_string(pieces.front().size()) + " of " + std::to_string(wire.size()) + " bytes");
      RawHttp client(server.port());
      client.reset_on_close();
      const bool is_sent = send_pieces(client, pieces);
      const Outcome outcome = outcome_of(client, row.after);
      ++sent;
      EXPECT_EQ(outcome.answers, row.answers);
      EXPECT_EQ(outcome.is_open, row.after == After::open);
      EXPECT_TRUE(is_sent || row.after == After::closed);
      if (HasFailure()) return;
    }
    for (const std::string& answer : row.answers) {
      const bool is_echo = answer.starts_with("200 ") && !answer.starts_with("200 hello 127");
      if (is_echo) expected_bodies += static_cast<int>(ways_to_send(wire).size());
    }
  }
  EXPECT_EQ(server.echo.handled, expected_bodies) << "nothing was handled but what was answered";
  RecordProperty("connections", static_cast<int>(sent));
}

INSTANTIATE_TEST_SUITE_P(All, FramingTable,
                         ::testing::Values(metricstream::test::line_cases, metricstream::test::host_cases,
                                           metricstream::test::length_cases, metricstream::test::encoding_cases,
                                           metricstream::test::chunk_cases, metricstream::test::session_cases));

// A body behind a header that is the last thing the server's buffer holds has to find room all the same.
TEST(FramingAtTheBuffersEnd, AChunkedBodyIsReadWhereverItsHeaderEnds) {
  TestServer server;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::size_t around = post_request("/echo", std::string(10'000, 'a')).size() - 10'000;
  for (std::size_t behind = 0; behind <= head.size(); ++behind) {
    const std::size_t body = ReadBuffer::kCapacity - head.size() + behind - around;
    RawHttp client(server.port());
    client.reset_on_close();
    client.send(post_request("/echo", std::string(body, 'a')) + head + "5\r\nhello\r\n0\r\n\r\n");
    EXPECT_EQ(client.read().status, 200);
    const RawResponse response = client.read();
    ASSERT_EQ(shown(response), "200 hello") << behind << " bytes of the header do not fit";
  }
}

// The table is also what fuzz_framing starts from. To write its seeds anew after a change of the rows:
//   METRICSTREAM_UPDATE_SEEDS=1 build/release/tests/integration_http --gtest_filter='FramingSeeds.*'
TEST(FramingSeeds, AreTheRowsOfTheTable) {
  const std::string seeds = METRICSTREAM_SOURCE_DIR "/tests/fuzz/corpus/framing/table-";
  const bool update = std::getenv("METRICSTREAM_UPDATE_SEEDS") != nullptr;
  std::size_t number = 0;
  for (const FramingCase& row : framing_cases()) {
    if (row.wire.size() > 4096) continue;  // mutations of a large one are slow and teach nothing
    const std::string path = seeds + std::to_string(number++);
    if (update) std::ofstream(path, std::ios::binary) << row.wire;
    std::ifstream file(path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(file), {}};
    EXPECT_TRUE(found == row.wire) << path << " is not '" << row.what
                                   << "': write the seeds with METRICSTREAM_UPDATE_SEEDS=1";
  }
  EXPECT_FALSE(std::filesystem::exists(seeds + std::to_string(number))) << "a seed of a row that is gone: remove it";
}

}  // namespace
}  // namespace metricstream::http::test
