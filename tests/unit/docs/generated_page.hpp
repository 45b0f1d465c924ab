#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace metricstream {

// A page under docs/ that is written from the code has to say what the code says. To write it anew after a change:
//   METRICSTREAM_UPDATE_DOCS=1 build/release/tests/unit_docs
inline void expect_page(const std::string& name, const std::string& expected) {
  const std::string path = std::string(METRICSTREAM_SOURCE_DIR) + "/docs/" + name;
  if (std::getenv("METRICSTREAM_UPDATE_DOCS") != nullptr) std::ofstream(path) << expected;
  std::ifstream file(path);
  const std::string found{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(found == expected) << path << " is out of date; write it anew with METRICSTREAM_UPDATE_DOCS=1 "
                                 << "build/release/tests/unit_docs";
}

}  // namespace metricstream
