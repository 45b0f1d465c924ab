#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <thread>

#include "common/kafka/send.hpp"
#include "tests/integration/kafka/producing.hpp"

namespace metricstream::test {
namespace {

namespace asio = boost::asio;
using kafka::DeliveryResult;
using kafka::DeliveryStatus;

// One io_context(1) and the thread that runs it, as in the ingest service.
class IoThread {
 public:
  IoThread() : work_(asio::make_work_guard(context)), thread_([this] { context.run(); }) {}
  ~IoThread() { join(); }
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  void join() {
    work_.reset();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  std::thread::id id() const { return thread_.get_id(); }
  asio::io_context context{1};

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

struct Tally {
  std::atomic<int> acknowledged = 0;
  std::atomic<int> resumed = 0;
  std::atomic<int> on_another_thread = 0;
};

Task<void> send_one(kafka::Producer& producer, std::int32_t partition, std::string payload, Tally& tally) {
  const auto thread = std::this_thread::get_id();
  kafka::Message message = message_to(partition, std::move(payload));
  const DeliveryResult result = co_await kafka::send(producer, std::move(message));
  tally.resumed += 1;
  tally.on_another_thread += std::this_thread::get_id() == thread ? 0 : 1;
  tally.acknowledged += result.acknowledged() ? 1 : 0;
}

Task<void> send_limited(kafka::Producer& producer, std::chrono::milliseconds limit, DeliveryResult& result) {
  kafka::Message message = message_to(0, "patient");
  result = co_await kafka::send(producer, std::move(message), limit);
}

Task<void> drain_into(kafka::Producer& producer, std::chrono::milliseconds limit, bool& drained) {
  drained = co_await kafka::drain(producer, limit);
}

class ProducerCoroutineTest : public testing::Test {
 protected:
  ProducerCoroutineTest() { cluster_.create_topic(kTopic, 4); }
  MockKafka cluster_;
};

TEST_F(ProducerCoroutineTest, EveryCoroutineIsResumedExactlyOnceOnItsOwnThread) {
  constexpr int kSends = 1000;
  Tally tally;
  {
    IoThread first;
    IoThread second;
    const auto producer = make_producer(producer_settings(cluster_));
    for (int i = 0; i < kSends; ++i) {
      IoThread& io = i % 2 == 0 ? first : second;
      asio::co_spawn(io.context, send_one(*producer, i % 4, std::to_string(i), tally), asio::detached);
    }
    first.join();
    second.join();
  }
  EXPECT_EQ(tally.resumed, kSends);
  EXPECT_EQ(tally.acknowledged, kSends);
  EXPECT_EQ(tally.on_another_thread, 0);
  EXPECT_EQ(cluster_.read_log(kTopic).size(), static_cast<std::size_t>(kSends));
}

TEST_F(ProducerCoroutineTest, ARefusalIsTheResultAtOnce) {
  auto settings = producer_settings(cluster_);
  settings.max_message_bytes = 2'000;
  asio::io_context context(1);
  const auto producer = make_producer(settings);
  DeliveryResult result;
  const auto too_large = [](kafka::Producer& to, DeliveryResult& into) -> Task<void> {
    kafka::Message message = message_to(0, std::string(3'000, 'x'));
    into = co_await kafka::send(to, std::move(message));
  };
  asio::co_spawn(context, too_large(*producer, result), asio::detached);
  context.run();
  EXPECT_EQ(result.status, DeliveryStatus::message_too_large);
}

TEST_F(ProducerCoroutineTest, ACallerThatStopsWaitingLeavesTheMessageInFlightUntilItsReport) {
  const auto producer = make_producer(producer_settings(cluster_));
  ASSERT_TRUE(eventually([&] { return producer->ready(); }));
  ASSERT_TRUE(produce(*producer, 0, "before").acknowledged());
  const std::initializer_list<DelayedAnswer> late{{KafkaError::none, 500}};
  cluster_.delay_next(1, KafkaRequest::produce, late);
  asio::io_context context(1);
  DeliveryResult result;
  asio::co_spawn(context, send_limited(*producer, 50ms, result), asio::detached);
  context.run();
  EXPECT_EQ(result.status, DeliveryStatus::unconfirmed);
  EXPECT_EQ(producer->in_flight_messages(), 1U);
  EXPECT_EQ(producer->in_flight_bytes(), std::string("patient").size());
  EXPECT_TRUE(eventually([&] { return producer->in_flight_messages() == 0; }));
  EXPECT_EQ(producer->in_flight_bytes(), 0U);
  EXPECT_EQ(payloads_of(cluster_.read_log(kTopic)), (std::vector<std::string>{"before", "patient"}));
}

TEST_F(ProducerCoroutineTest, ALimitThatIsNotReachedChangesNothing) {
  const auto producer = make_producer(producer_settings(cluster_));
  asio::io_context context(1);
  DeliveryResult result;
  asio::co_spawn(context, send_limited(*producer, 5s, result), asio::detached);
  const auto start = std::chrono::steady_clock::now();
  context.run();
  EXPECT_TRUE(result.acknowledged());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST_F(ProducerCoroutineTest, DrainWaitsForEveryReportAndLosesNothing) {
  constexpr int kSends = 500;
  auto producer = make_producer(producer_settings(cluster_));
  cluster_.set_round_trip(1, 100);
  asio::io_context context(1);
  Tally tally;
  for (int i = 0; i < kSends; ++i) {
    asio::co_spawn(context, send_one(*producer, i % 4, std::to_string(i), tally), asio::detached);
  }
  context.poll();
  EXPECT_EQ(producer->in_flight_messages(), static_cast<std::uint64_t>(kSends));
  bool drained = false;
  asio::co_spawn(context, drain_into(*producer, 10s, drained), asio::detached);
  context.run();
  EXPECT_TRUE(drained);
  producer.reset();
  cluster_.set_round_trip(1, 0);
  EXPECT_EQ(tally.acknowledged, kSends);
  EXPECT_EQ(cluster_.read_log(kTopic).size(), static_cast<std::size_t>(kSends));
}

TEST_F(ProducerCoroutineTest, DrainGivesUpAtItsLimitAndTheRestIsReportedAtDestruction) {
  auto producer = make_producer(producer_settings(cluster_));
  ASSERT_TRUE(eventually([&] { return producer->ready(); }));
  cluster_.set_down(1);
  asio::io_context context(1);
  Tally tally;
  asio::co_spawn(context, send_one(*producer, 0, "stuck", tally), asio::detached);
  bool drained = true;
  asio::co_spawn(context, drain_into(*producer, 100ms, drained), asio::detached);
  context.run_for(200ms);
  EXPECT_FALSE(drained);
  EXPECT_EQ(tally.resumed, 0);
  producer.reset();
  context.run();
  EXPECT_EQ(tally.resumed, 1);
  EXPECT_EQ(tally.acknowledged, 0);
}

}  // namespace
}  // namespace metricstream::test
