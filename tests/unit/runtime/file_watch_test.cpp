#include "common/runtime/file_watch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "common/runtime/sleep.hpp"

namespace metricstream {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

std::vector<FileSignature> version(int number) { return {{.size = number}}; }

TEST(ChangeDetector, TellsAChangeOnceItHasSettledAndOnlyOnce) {
  ChangeDetector detector(version(1));
  EXPECT_FALSE(detector.observe(version(1)));
  EXPECT_FALSE(detector.observe(version(2))) << "may still be being written";
  EXPECT_TRUE(detector.observe(version(2)));
  EXPECT_FALSE(detector.observe(version(2)));
}

TEST(ChangeDetector, WaitsNoLongerThanItsPatienceForAFileThatNeverSettles) {
  ChangeDetector detector(version(0));
  int told = 0;
  for (int look = 1; look <= 9 * ChangeDetector::kPatience; ++look) told += detector.observe(version(look)) ? 1 : 0;
  EXPECT_EQ(told, 9);
}

TEST(ChangeDetector, OfAFileThatIsBackAsItWasTellsNothing) {
  ChangeDetector detector(version(1));
  EXPECT_FALSE(detector.observe(version(2)));
  EXPECT_FALSE(detector.observe(version(1)));
  EXPECT_FALSE(detector.observe(version(1)));
  EXPECT_FALSE(detector.observe(version(1)));
}

// The model: whatever happens, once the files stay as they are, at most two looks later the version that is there has
// been told, and nothing is told that was the last one told, unless a file never settled.
TEST(ChangeDetector, NeverMissesAVersionThatStaysAndNeverTellsOneTwice) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    int there = 0;
    int last_told = 0;
    ChangeDetector detector(version(there));
    for (int step = 0; step < 30; ++step) {
      if (random() % 3 == 0) there = static_cast<int>(random() % 4);
      const int before = last_told;
      if (detector.observe(version(there))) {
        last_told = there;
        if (there == before) break;  // it changed and came back while it was looked at
      }
    }
    for (int look = 0; look < 2; ++look) {
      if (detector.observe(version(there))) last_told = there;
    }
    ASSERT_EQ(last_told, there) << "round " << round;
    ASSERT_FALSE(detector.observe(version(there)));
  }
}

// Which of the next looks at a file that stays as it is find something to read; each reading fails.
std::vector<int> looks_told(ChangeDetector& detector, int looks) {
  std::vector<int> told;
  for (int look = 1; look <= looks; ++look) {
    if (!detector.observe(version(1))) continue;
    EXPECT_TRUE(detector.is_repetition());
    told.push_back(look);
    detector.note_reading(false);
  }
  return told;
}

TEST(ChangeDetector, TellsAVersionWhoseReadingFailedAgainUntilItCouldBeRead) {
  ChangeDetector detector(version(0));
  EXPECT_FALSE(detector.observe(version(1)));
  EXPECT_TRUE(detector.observe(version(1)));
  EXPECT_FALSE(detector.is_repetition());
  detector.note_reading(false);
  EXPECT_EQ(looks_told(detector, 20), (std::vector<int>{1, 3, 6, 10, 14, 18})) << "pauses of 1, 2, 3 and then 4 looks";
  detector.note_reading(true);
  EXPECT_EQ(looks_told(detector, 20), std::vector<int>{});
  detector.note_reading(false);
  EXPECT_EQ(looks_told(detector, 3), (std::vector<int>{1, 3})) << "a success begins anew";
}

TEST(ChangeDetector, AChangeIsNoRepetitionAndIsToldAsEver) {
  ChangeDetector detector(version(1));
  detector.note_reading(false);
  EXPECT_EQ(looks_told(detector, 12), (std::vector<int>{1, 3, 6, 10}));
  EXPECT_FALSE(detector.observe(version(2)));
  EXPECT_TRUE(detector.observe(version(2)));
  EXPECT_FALSE(detector.is_repetition());
  detector.note_reading(false);
  EXPECT_TRUE(detector.observe(version(2))) << "a fresh version is tried again as soon as the first";
  EXPECT_TRUE(detector.is_repetition());
}

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() {
    std::string pattern = (fs::temp_directory_path() / "file_watch_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~FileWatchTest() override { fs::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

  fs::path directory_;
};

TEST_F(FileWatchTest, ASignatureTellsEveryWayInWhichAFileBecomesAnother) {
  const FileSignature missing = signature_of(path("f"));
  EXPECT_EQ(missing.error, ENOENT);
  write("f", "one");
  FileSignature last = signature_of(path("f"));
  EXPECT_EQ(last.error, 0);
  EXPECT_EQ(signature_of(path("f")), last) << "nothing happened";
  const auto differs = [&](const char* what) {
    const FileSignature now = signature_of(path("f"));
    EXPECT_NE(now, last) << what;
    last = now;
  };
  write("f", "three");
  differs("written to");
  write("g", "three");
  fs::rename(path("g"), path("f"));
  differs("replaced by one of the same size");
  ASSERT_EQ(::chmod(path("f").c_str(), 0600), 0);
  ASSERT_EQ(::chmod(path("f").c_str(), 0400), 0);
  const auto modified = fs::last_write_time(path("f"));
  fs::last_write_time(path("f"), modified - 1h);
  differs("its time set");
  fs::remove(path("f"));
  differs("removed");
}

TEST_F(FileWatchTest, ASymbolicLinkAboveTheFileThatIsTurnedIsAChange) {
  // As Kubernetes mounts a secret: keys.yaml -> ..data/keys.yaml, ..data -> ..1
  fs::create_directory(directory_ / "..1");
  fs::create_directory(directory_ / "..2");
  write("..1/keys.yaml", "same");
  write("..2/keys.yaml", "same");
  fs::last_write_time(directory_ / "..2/keys.yaml", fs::last_write_time(directory_ / "..1/keys.yaml"));
  fs::create_symlink("..1", directory_ / "..data");
  fs::create_symlink("..data/keys.yaml", directory_ / "keys.yaml");
  const FileSignature before = signature_of(path("keys.yaml"));
  fs::create_symlink("..2", directory_ / "..new");
  fs::rename(directory_ / "..new", directory_ / "..data");
  EXPECT_NE(signature_of(path("keys.yaml")), before);
}

Task<void> note_changes(FileWatch& watch, std::vector<std::string>& notes, std::function<void(std::size_t)> then) {
  for (bool more = true; more;) {
    more = co_await watch.changed();
    notes.push_back(more ? "changed" : "stopped");
    if (more) then(notes.size());
  }
}

TEST_F(FileWatchTest, TellsEachChangeAndEndsWhenStopped) {
  write("keys.yaml", "1");
  asio::io_context loop(1);
  FileWatch watch(loop.get_executor(), {path("keys.yaml"), path("limits.yaml")}, 1ms);
  write("keys.yaml", "22");  // between construction and the first wait
  std::vector<std::string> notes;
  asio::co_spawn(loop,
                 note_changes(watch, notes,
                              [&](std::size_t count) {
                                if (count == 1) write("limits.yaml", "a file that was not there");
                                if (count == 2) fs::remove(path("keys.yaml"));
                                if (count == 3) watch.stop();
                              }),
                 asio::detached);
  loop.run();
  EXPECT_EQ(notes, (std::vector<std::string>{"changed", "changed", "changed", "stopped"}));
}

Task<void> stop_later(FileWatch& watch) {
  co_await sleep_for(5ms);
  watch.stop();
}

TEST_F(FileWatchTest, OfFilesThatStayTellsNothingAndStopsAtOnce) {
  write("keys.yaml", "1");
  asio::io_context loop(1);
  FileWatch watch(loop.get_executor(), {path("keys.yaml")}, 1ms);
  std::vector<std::string> notes;
  asio::co_spawn(loop, note_changes(watch, notes, [](std::size_t) {}), asio::detached);
  asio::co_spawn(loop, stop_later(watch), asio::detached);
  loop.run();
  EXPECT_EQ(notes, (std::vector<std::string>{"stopped"}));

  loop.restart();
  FileWatch slow(loop.get_executor(), {path("keys.yaml")}, 1h);
  asio::co_spawn(loop, note_changes(slow, notes, [](std::size_t) {}), asio::detached);
  asio::co_spawn(loop, stop_later(slow), asio::detached);
  loop.run();
  EXPECT_EQ(notes.size(), 2U) << "the interval is not waited for";
}

}  // namespace
}  // namespace metricstream
