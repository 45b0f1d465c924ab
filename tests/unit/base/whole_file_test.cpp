#include "common/base/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace metricstream {
namespace {

namespace fs = std::filesystem;

class WholeFileTest : public testing::Test {
 protected:
  WholeFileTest() {
    std::string pattern = (fs::temp_directory_path() / "whole_file_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
  }
  ~WholeFileTest() override { fs::remove_all(directory_); }

  void write(std::string_view text) const { std::ofstream(path(), std::ios::binary) << text; }
  [[nodiscard]] std::string path() const { return directory_ / "file"; }
  // The text, or what is wrong.
  [[nodiscard]] std::string read(std::size_t limit = 100) const {
    const auto file = read_whole_file(path(), limit);
    return file ? file->text : "refused: " + file.error().message;
  }

  fs::path directory_;
};

TEST_F(WholeFileTest, GivesTheTextAndThePermissions) {
  const std::string text("a\0\xff\r\n", 5);
  write(text);
  ::chmod(path().c_str(), 0640);
  const auto file = read_whole_file(path(), 5);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->text, text);
  EXPECT_EQ(file->permissions, 0640U);
  write("");
  EXPECT_EQ(read(), "");
}

TEST_F(WholeFileTest, ReadsNothingOfAFileThatIsTooLarge) {
  write(std::string(10, 'x'));
  EXPECT_EQ(read(10), std::string(10, 'x'));
  EXPECT_EQ(read(9), "refused: has 10 bytes, expected 9 at most");
  fs::resize_file(path(), std::uintmax_t{1} << 40U);  // sparse; more than there is memory
  EXPECT_EQ(read(), "refused: has 1099511627776 bytes, expected 100 at most");
}

TEST_F(WholeFileTest, DoesNotWaitForAPipeAndReadsNoDirectory) {
  EXPECT_EQ(read(), "refused: cannot be read: No such file or directory");
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(read(), "refused: is no regular file");
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_EQ(read(), "refused: is no regular file");
}

// A file of procfs says that it has no bytes, and has some.
TEST_F(WholeFileTest, RefusesAFileThatHasAnotherSizeThanItSaid) {
  const auto file = read_whole_file("/proc/self/status", 100'000);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message, "changed while it was read");
}

TEST_F(WholeFileTest, AStreamIsReadToItsEndOrItsLimit) {
  EXPECT_EQ(read_stream(path(), 10).error().message, "cannot be read: No such file or directory");
  EXPECT_EQ(read_stream(directory_, 10).error().message, "cannot be read: Is a directory");
  EXPECT_EQ(read_stream("/dev/zero", 100'000).error().message, "has more than 100000 bytes");
  EXPECT_EQ(read_stream("/dev/null", 0).value(), "");
  EXPECT_NE(read_stream("/proc/self/status", 100'000).value(), "") << "a file that tells no size";
  constexpr std::size_t kPiece = 65'536;
  for (const std::size_t size : {std::size_t{1}, kPiece - 1, kPiece, kPiece + 1, 2 * kPiece}) {
    const std::string text(size, 'x');
    write(text);
    EXPECT_EQ(read_stream(path(), size).value(), text);
    EXPECT_EQ(read_stream(path(), size + kPiece).value(), text);
    EXPECT_EQ(read_stream(path(), size - 1).error().message, "has more than " + std::to_string(size - 1) + " bytes");
  }
}

TEST_F(WholeFileTest, AStreamIsReadPieceByPieceFromAPipe) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const std::string text(300'000, 'x');
  std::jthread writer([this, &text] { write(text); });
  EXPECT_EQ(read_stream(path(), text.size()).value(), text);
}

}  // namespace
}  // namespace metricstream
