#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "common/model/rejection.hpp"

namespace metricstream::ingestion {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::filesystem::path kRoot = METRICSTREAM_SOURCE_DIR;

// The ids of all problem() calls: a status, then the id.
std::set<std::string> ids_in_sources() {
  std::set<std::string> ids;
  const std::regex call(R"re(\b[45][0-9][0-9],\s*"([a-z0-9.-]+)")re");
  for (const char* folder : {"common/http", "services/ingestion"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kRoot / folder)) {
      const std::string text = read(entry.path());
      for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at) ids.insert((*at)[1]);
    }
  }
  return ids;
}

TEST(Documents, NameEveryErrorId) {
  const std::set<std::string> ids = ids_in_sources();
  EXPECT_GT(ids.size(), 20U) << "the pattern no longer finds them";
  const std::string api = read(kRoot / "docs/http-api.md");
  for (const std::string& id : ids) EXPECT_TRUE(api.contains("`err-ms-" + id + "`")) << id;
}

TEST(Documents, NameEveryReason) {
  const std::string api = read(kRoot / "docs/http-api.md");
  const std::string openapi = read(kRoot / "docs/openapi.yaml");
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const std::string reason(to_string(static_cast<Reason>(i)));
    EXPECT_TRUE(api.contains("`" + reason + "`")) << reason;
    EXPECT_TRUE(openapi.contains(reason)) << reason;
  }
}

}  // namespace
}  // namespace metricstream::ingestion
