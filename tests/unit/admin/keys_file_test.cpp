#include "services/admin/keys_file.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <atomic>
#include <thread>

#include "tests/unit/admin/keys_fixture.hpp"

namespace metricstream::admin::test {
namespace {

namespace fs = std::filesystem;

using ReplaceFile = DirectoryTest;
using FileLockTest = DirectoryTest;

TEST_F(ReplaceFile, MakesANewFileWithItsModeAndLeavesNothingElse) {
  ASSERT_TRUE(replace_file(path("keys"), "text", 0640));
  EXPECT_EQ(read("keys"), "text");
  EXPECT_EQ(mode("keys"), 0640U);
  EXPECT_EQ(names(), "keys");
}

TEST_F(ReplaceFile, KeepsModeAndOwnerOfTheOldOne) {
  write("keys", "old");
  ASSERT_EQ(::chmod(path("keys").c_str(), 0604), 0);
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::chown(path("keys").c_str(), 12, 34), 0);
  }
  ASSERT_TRUE(replace_file(path("keys"), "new", 0640));
  EXPECT_EQ(read("keys"), "new");
  EXPECT_EQ(mode("keys"), 0604U);
  struct stat facts{};
  ASSERT_EQ(::stat(path("keys").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, is_root ? 12U : ::geteuid());
  EXPECT_EQ(facts.st_gid, is_root ? 34U : facts.st_gid);
}

TEST_F(ReplaceFile, IsANewFileThatReadersOfTheOldOneDoNotSee) {
  write("keys", "old");
  std::ifstream old(path("keys"));
  ASSERT_TRUE(replace_file(path("keys"), "new", 0640));
  std::string text;
  old >> text;
  EXPECT_EQ(text, "old");
}

TEST_F(ReplaceFile, FollowsSymbolicLinksAndLeavesThem) {
  fs::create_directory(path("real"));
  write("real/keys", "old");
  fs::create_symlink("real/keys", path("keys"));
  ASSERT_TRUE(replace_file(path("keys"), "new", 0640));
  EXPECT_TRUE(fs::is_symlink(path("keys")));
  EXPECT_EQ(read("real/keys"), "new");
  EXPECT_EQ(target_of(path("keys")), fs::canonical(path("real/keys")).string());
  EXPECT_EQ(target_of(path("missing")), path("missing"));
}

TEST_F(ReplaceFile, SaysWhatFailedAndLeavesTheOldOne) {
  const auto in_nothing = replace_file(path("missing/keys"), "new", 0640);
  ASSERT_FALSE(in_nothing);
  EXPECT_EQ(in_nothing.error().message, path("missing/keys") +
                                            ": cannot be written (no file can be made beside it): No such file or "
                                            "directory");
  fs::create_directory(path("keys"));
  const auto onto_directory = replace_file(path("keys"), "new", 0640);
  ASSERT_FALSE(onto_directory);
  EXPECT_EQ(onto_directory.error().message, path("keys") + ": cannot be replaced: Is a directory");
  EXPECT_EQ(names(), "keys") << "nothing temporary stays";
}

TEST_F(FileLockTest, KeepsEverybodyElseOutUntilItGoes) {
  std::atomic<bool> is_held = false;
  std::atomic<int> overlaps = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          const auto lock = FileLock::acquire(path("keys"));
          if (!lock || is_held.exchange(true)) ++overlaps;
          is_held = false;
        }
      });
    }
  }
  EXPECT_EQ(overlaps, 0);
  EXPECT_EQ(names(), "keys.lock");
  EXPECT_EQ(mode("keys.lock"), 0600U);
}

TEST_F(FileLockTest, OfALinkAndItsTargetIsOne) {
  write("real", "");
  fs::create_symlink("real", path("keys"));
  const auto lock = FileLock::acquire(path("keys"));
  ASSERT_TRUE(lock);
  const int fd = ::open(path("real.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_NE(::flock(fd, LOCK_EX | LOCK_NB), 0);
  ::close(fd);
}

TEST_F(FileLockTest, FailsWithTheFilesName) {
  const auto lock = FileLock::acquire(path("missing/keys"));
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().message, path("missing/keys.lock") + ": cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace metricstream::admin::test
