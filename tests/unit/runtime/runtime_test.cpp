#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/runtime/event.hpp"
#include "common/runtime/io_threads.hpp"
#include "common/runtime/shutdown_signal.hpp"
#include "common/runtime/sleep.hpp"
#include "common/runtime/task_group.hpp"

namespace metricstream {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

Task<void> wait_and_note(Event& event, std::string name, std::vector<std::string>& notes) {
  co_await event.wait();
  notes.push_back(name);
}

Task<void> note_timeout(Event& event, std::chrono::milliseconds timeout, std::vector<std::string>& notes) {
  const bool is_set = co_await event.wait_for(timeout);
  notes.push_back(is_set ? "set" : "timeout");
}

Task<void> set_later(Event& event) {
  co_await sleep_for(1ms);
  event.set();
}

Task<void> throw_later() {
  co_await sleep_for(1ms);
  throw std::runtime_error("broken");
}

TEST(Event, WakesEveryWaiterAndStaysSet) {
  asio::io_context loop(1);
  Event event(loop.get_executor());
  std::vector<std::string> notes;
  asio::co_spawn(loop, wait_and_note(event, "a", notes), asio::detached);
  asio::co_spawn(loop, wait_and_note(event, "b", notes), asio::detached);
  asio::co_spawn(loop, set_later(event), asio::detached);
  loop.run();
  EXPECT_EQ(notes.size(), 2U);
  loop.restart();
  asio::co_spawn(loop, wait_and_note(event, "late", notes), asio::detached);
  loop.run();
  EXPECT_EQ(notes.back(), "late");
}

TEST(Event, WaitForEndsAtTheTimeout) {
  asio::io_context loop(1);
  Event event(loop.get_executor());
  std::vector<std::string> notes;
  asio::co_spawn(loop, note_timeout(event, 5ms, notes), asio::detached);
  loop.run();
  loop.restart();
  asio::co_spawn(loop, note_timeout(event, 10s, notes), asio::detached);
  asio::co_spawn(loop, set_later(event), asio::detached);
  loop.run();
  EXPECT_EQ(notes, (std::vector<std::string>{"timeout", "set"}));
}

TEST(Event, AWaiterMayBeDestroyedWithItsLoop) {
  std::vector<std::string> notes;
  auto loop = std::make_unique<asio::io_context>(1);
  Event event(loop->get_executor());
  asio::co_spawn(*loop, wait_and_note(event, "a", notes), asio::detached);
  loop->poll();
  loop.reset();
  EXPECT_TRUE(notes.empty());
}

Task<void> wait_for_group(TaskGroup& group, bool& is_done) {
  co_await group.wait();
  is_done = true;
}

TEST(TaskGroup, WaitsForItsChildrenAndTellsOfTheirExceptions) {
  asio::io_context loop(1);
  std::vector<std::string> told;
  TaskGroup group(loop.get_executor(), [&](std::string_view child, std::string_view message) {
    told.push_back(std::string(child) + ": " + std::string(message));
  });
  Event event(loop.get_executor());
  std::vector<std::string> notes;
  bool is_done = false;
  group.spawn("first", wait_and_note(event, "first", notes));
  group.spawn("second", throw_later());
  asio::co_spawn(loop, wait_for_group(group, is_done), asio::detached);
  loop.run_for(50ms);
  EXPECT_FALSE(is_done) << "one child still waits";
  EXPECT_EQ(told, std::vector<std::string>{"second: broken"});
  EXPECT_EQ(group.size(), 1U);
  loop.restart();
  event.set();
  loop.run();
  EXPECT_TRUE(is_done);
}

TEST(TaskGroup, AnEmptyGroupIsDone) {
  asio::io_context loop(1);
  TaskGroup group(loop.get_executor(), {});
  bool is_done = false;
  asio::co_spawn(loop, wait_for_group(group, is_done), asio::detached);
  loop.run();
  EXPECT_TRUE(is_done);
}

TEST(IoThreads, RunEachExecutorOnItsOwnThreadUntilOutOfWork) {
  IoThreads threads("t", 3);
  std::vector<std::thread::id> ids(3);
  for (std::size_t i = 0; i < 3; ++i) {
    asio::post(threads.executor(i), [&ids, i] { ids[i] = std::this_thread::get_id(); });
  }
  threads.start();
  threads.join();
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[1], ids[2]);
  EXPECT_NE(ids[0], std::this_thread::get_id());
}

Task<void> note_signal(ShutdownSignal& signal, int& number) {
  number = co_await signal.wait();
  signal.cancel();
}

TEST(ShutdownSignal, GivesTheFirstSignalAndCallsReloadForHangups) {
  asio::io_context loop(1);
  int reloads = 0;
  int number = 0;
  ShutdownSignal signal(loop.get_executor(), [&] { ++reloads; });
  asio::co_spawn(loop, note_signal(signal, number), asio::detached);
  loop.poll();
  std::raise(SIGHUP);
  while (reloads == 0) loop.run_one();
  EXPECT_EQ(number, 0);
  std::raise(SIGTERM);
  loop.run();
  EXPECT_EQ(number, SIGTERM);
}

TEST(ShutdownSignalDeathTest, TheSecondSignalEndsTheProcessAtOnce) {
  EXPECT_EXIT(
      {
        asio::io_context loop(1);
        ShutdownSignal signal(loop.get_executor());
        std::raise(SIGINT);
        loop.run_one();
        std::raise(SIGINT);
        loop.run();
      },
      ::testing::ExitedWithCode(128 + SIGINT), "");
}

}  // namespace
}  // namespace metricstream
