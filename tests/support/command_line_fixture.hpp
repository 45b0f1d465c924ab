#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <string>
#include <vector>

namespace metricstream::test {

// For tests of a whole program as it is called: its exit code, and what it said where.
class CommandLineFixture : public ::testing::Test {
 protected:
  // `words` are the program's name and its arguments.
  template <std::invocable<int, const char* const*> Main>
  int call(Main main, const std::vector<std::string>& words) {
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = main(static_cast<int>(pointers.size()), pointers.data());
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  std::string out_;
  std::string err_;
};

}  // namespace metricstream::test
