#include <algorithm>
#include <atomic>
#include <mutex>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

namespace metricstream::ingestion::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

// One request as its client saw it: it was decided somewhere between.
struct Sent {
  SteadyClock::time_point before;
  SteadyClock::time_point after;
  int status;
};

// Connections that post as fast as they can, until `is_enough`.
class Flood {
 public:
  void run(std::uint16_t port, int connections, const std::function<bool(std::size_t accepted)>& is_enough) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < connections; ++i) {
      threads.emplace_back([&, port] {
        RawHttp client(port);
        while (!is_enough(accepted_)) keep(client);
      });
    }
  }
  [[nodiscard]] std::vector<Sent> with_status(int status) const {
    std::vector<Sent> out;
    std::ranges::copy_if(all_, std::back_inserter(out), [&](const Sent& sent) { return sent.status == status; });
    return out;
  }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  void keep(RawHttp& client) {
    Sent sent{.before = SteadyClock::now(), .after = {}, .status = 0};
    sent.status = client.post("/metrics", kSample, client_field("flood")).status;
    sent.after = SteadyClock::now();
    const std::scoped_lock lock(mutex_);
    all_.push_back(sent);
    if (sent.status == 202) ++accepted_;
  }

  std::mutex mutex_;
  std::vector<Sent> all_;
  std::atomic<std::size_t> accepted_ = 0;
};

// However the decisions lie between what the clients saw: no more than the limit within a second.
void expect_never_above(std::size_t limit, std::vector<Sent> accepted) {
  std::ranges::sort(accepted, {}, &Sent::before);
  for (auto first = accepted.begin(); first != accepted.end(); ++first) {
    std::vector<SteadyClock::time_point> ends;
    for (auto at = first; at != accepted.end(); ++at) ends.push_back(at->after);
    if (ends.size() <= limit) return;
    std::ranges::nth_element(ends, ends.begin() + static_cast<std::ptrdiff_t>(limit));
    EXPECT_GT(ends[limit] - first->before, 1s) << limit + 1 << " requests were let in within a second";
  }
}

// What was refused would have been one too many in a second and a slot of 1/32.
void expect_none_refused_below(std::size_t limit, const std::vector<Sent>& accepted, const std::vector<Sent>& refused) {
  constexpr auto kWindow = 1s + std::chrono::nanoseconds(1s) / 32;
  for (const Sent& one : refused) {
    const auto counted = std::ranges::count_if(
        accepted, [&](const Sent& other) { return other.after >= one.before - kWindow && other.before <= one.after; });
    ASSERT_GE(static_cast<std::size_t>(counted), limit) << "refused although there was room";
  }
}

TEST_F(IngestTest, AFloodGetsTheLimitInAnySecondAndNeverMore) {
  constexpr std::size_t kLimit = 50;
  IngestSettings settings = settings_for(kafka.brokers());
  settings.rate_limits.client.requests_per_second = limits::Quota(kLimit);
  start(settings);
  Flood flood;
  const auto start_time = SteadyClock::now();
  flood.run(app->port(), 8,
            [&](std::size_t accepted) { return accepted > 2 * kLimit || SteadyClock::now() - start_time > 15s; });
  const auto accepted = flood.with_status(202);
  const auto refused = flood.with_status(429);
  EXPECT_GT(accepted.size(), 2 * kLimit);
  EXPECT_EQ(accepted.size() + refused.size(), flood.size());
  expect_never_above(kLimit, accepted);
  expect_none_refused_below(kLimit, accepted, refused);
  EXPECT_EQ(metric(app->admin_port(), R"(metricstream_ingest_requests_refused_total{reason="rate_limited"})"),
            static_cast<double>(refused.size()));
  RecordProperty("accepted", static_cast<int>(accepted.size()));
  RecordProperty("refused", static_cast<int>(refused.size()));
}

}  // namespace
}  // namespace metricstream::ingestion::test
