#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace metricstream::admin::test {

// A directory of its own for each test.
class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "admin_keys_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~DirectoryTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] mode_t mode(const std::string& name) const {
    struct stat facts{};
    EXPECT_EQ(::stat(path(name).c_str(), &facts), 0) << name;
    return facts.st_mode & 07777U;
  }
  // Names in the directory, sorted, joined by blanks.
  [[nodiscard]] std::string names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) all.push_back(entry.path().filename());
    std::ranges::sort(all);
    std::string out;
    for (const std::string& name : all) out += (out.empty() ? "" : " ") + name;
    return out;
  }

  std::filesystem::path directory_;
};

}  // namespace metricstream::admin::test
