#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http_test_server.hpp"

namespace metricstream::testing {

// What one write request meets.
struct WriteScript {
  enum class Apply {
    everything,
    nothing,
    first_half,
    late,  // when the test calls apply_late(): the straggler of a request that timed out
  };
  enum class Wire {
    whole,
    truncated,  // the answer ends within its body
    garbage,    // what comes is no HTTP
    closed,     // no answer, orderly end of the connection
    reset,      // no answer, RST
    silent,     // no answer until the client gives up
    held,       // the answer waits for release_held()
    early,      // answered behind the header, the body is not read (and nothing applied)
  };

  int status = 204;
  std::string headers{};  // complete lines
  std::string body{};
  Apply apply = Apply::everything;
  Wire wire = Wire::whole;

  // A plain 204 stands for "as without a script": a store does not acknowledge what it refuses.
  [[nodiscard]] bool is_default() const { return status == 204 && apply == Apply::everything && wire == Wire::whole; }
};

// An InfluxDB of one's own making: takes /write and /api/v2/write, keeps points as the real one does (the later write
// of a series, time and policy wins), and answers by script. Without a script it behaves: poisonous lines are refused
// (1.x: 400, the others stored; 2.x: 422, the same), bodies beyond the limit get 413. Thread-safe.
class FakeInflux {
 public:
  FakeInflux();

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int connections_accepted() const { return server_.connections_accepted(); }

  // The next writes' fates, in the order of arrival.
  void script(WriteScript next);
  void script(std::vector<WriteScript> next);
  // Lines that are refused whatever happens to the others.
  void poison(std::function<bool(std::string_view line)> is_poisonous);
  void limit_body(std::size_t lines);
  // Requests other than writes, such as /query; the default answers 404.
  void on_other(std::function<TestReply(const TestRequest&)> handler);

  void release_held();
  void apply_late();

  struct Write {
    std::string policy;  // rp, or bucket
    std::vector<std::string> lines;
    std::string authorization;
    std::string target;
    bool gzip = false;
    std::chrono::steady_clock::time_point at;
  };
  [[nodiscard]] std::vector<Write> writes() const;
  // (policy, series and time) -> fields
  using Points = std::map<std::pair<std::string, std::string>, std::string>;
  [[nodiscard]] Points points() const;
  // The most requests of one lane that were under way at a time; a lane is a policy and the tag `lane` of the lines.
  // A request whose client has gone counts no longer.
  [[nodiscard]] int most_in_flight_of_a_lane() const;

  // False after ten seconds.
  [[nodiscard]] bool wait_for_writes(std::size_t count);
  [[nodiscard]] bool wait_until(const std::function<bool(const Points&)>& condition);

 private:
  struct InFlight {
    std::string lane;
    int socket;
  };

  TestReply on_head(const TestRequest& request);
  TestReply on_request(const TestRequest& request);
  TestReply write(const TestRequest& request);
  TestReply scripted(const TestRequest& request, const Write& write, const WriteScript& script);
  TestReply well_behaved(const Write& write);
  void apply(const std::string& policy, std::string_view line);
  void enter(const Write& write, int socket);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WriteScript> script_;
  std::function<bool(std::string_view)> is_poisonous_;
  std::size_t line_limit_ = SIZE_MAX;
  std::function<TestReply(const TestRequest&)> other_;
  std::vector<Write> writes_;
  std::vector<Write> late_;
  Points points_;
  std::vector<InFlight> in_flight_;
  int most_in_flight_ = 0;
  bool released_ = false;
  HttpTestServer server_;  // the last: its threads use the rest
};

}  // namespace metricstream::testing
