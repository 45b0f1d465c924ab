#include "common/http/loop_delay.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <vector>

namespace metricstream::http {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 40ms;  // too much where it stands, and far from too much for a burst

void spend(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
  }
}

// Keeps the thread busy `times` times in a row, the timer's turn in between, then ends the measuring.
void hold_up(boost::asio::io_context& context, LoopDelay& delay, int times, std::chrono::nanoseconds& seen) {
  spend(kPause);
  boost::asio::post(context, [&context, &delay, times, &seen] {
    seen = std::max(seen, delay.excess());
    if (times > 1) return hold_up(context, delay, times - 1, seen);
    delay.stop();
  });
}

std::chrono::nanoseconds delay_after(int pauses) {
  boost::asio::io_context context(1);
  LoopDelay delay(context.get_executor(), 15ms);
  boost::asio::co_spawn(context, delay.measure(), boost::asio::detached);
  std::chrono::nanoseconds seen{0};
  boost::asio::post(context, [&] { hold_up(context, delay, pauses, seen); });
  context.run();
  return seen;
}

TEST(LoopDelay, TellsHowLongWhatIsReadyHasToWait) { EXPECT_GE(delay_after(5), kPause - LoopDelay::kInterval); }

TEST(LoopDelay, TellsOfEachTurnHowLateItWas) {
  boost::asio::io_context context(1);
  std::vector<std::chrono::nanoseconds> told;
  LoopDelay delay(context.get_executor(), 15ms, [&](std::chrono::nanoseconds late) { told.push_back(late); });
  boost::asio::co_spawn(context, delay.measure(), boost::asio::detached);
  context.run_one();
  spend(kPause);
  while (told.empty()) context.run_one_for(10s);
  EXPECT_GE(told.front(), kPause - LoopDelay::kInterval);
  delay.stop();
  context.run();
}

TEST(LoopDelay, RestsWhileNobodyAsks) {
  boost::asio::io_context context(1);
  LoopDelay delay(context.get_executor(), 15ms);
  boost::asio::co_spawn(context, delay.measure(), boost::asio::detached);
  int steps = 0;
  while (context.run_one_for(500ms) > 0) ++steps;  // until no timer is due
  EXPECT_GT(steps, 5);
  EXPECT_LT(steps, 2 * LoopDelay::kRest);
  EXPECT_EQ(delay.excess(), 0ns);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(context.run_one_for(10s), 1U) << "it was asked";
  delay.stop();
  context.run();
}

TEST(LoopDelay, StopsBetweenAnyTwoOfItsSteps) {
  for (int steps = 1; steps <= LoopDelay::kRest + 5; ++steps) {
    boost::asio::io_context context(1);
    LoopDelay delay(context.get_executor(), 15ms);
    boost::asio::co_spawn(context, delay.measure(), boost::asio::detached);
    for (int i = 0; i < steps; ++i) context.run_one_for(50ms);
    delay.stop();
    context.run_for(1s);
    EXPECT_TRUE(context.stopped()) << steps;
  }
}

// A server that ends still answers what has come.
TEST(LoopDelay, NothingIsTooMuchBeforeItMeasuresAndAfter) {
  boost::asio::io_context context(1);
  LoopDelay delay(context.get_executor(), 1ms);
  EXPECT_EQ(delay.excess(), 0ns);
  boost::asio::co_spawn(context, delay.measure(), boost::asio::detached);
  context.run_one();
  delay.stop();
  context.run();
  spend(StandingDelay::kBurst + 10ms);
  EXPECT_EQ(delay.excess(), 0ns);
}

TEST(LoopDelay, NothingIsTooMuchAfterItWasStoppedAtRest) {
  boost::asio::io_context context(1);
  LoopDelay delay(context.get_executor(), 1ms);
  boost::asio::co_spawn(context, delay.measure(), boost::asio::detached);
  while (context.run_one_for(500ms) > 0) {
  }
  delay.stop();
  EXPECT_EQ(delay.excess(), 0ns);
  spend(StandingDelay::kBurst + 10ms);
  EXPECT_EQ(delay.excess(), 0ns);
}

TEST(LoopDelay, PassesOverASinglePause) { EXPECT_EQ(delay_after(1), 0ns); }

}  // namespace
}  // namespace metricstream::http
