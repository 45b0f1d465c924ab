#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "common/http/response.hpp"
#include "common/model/rejection.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::filesystem::path kRoot = METRICSTREAM_SOURCE_DIR;

TEST(Documents, NameOnlyErrorsThatThereAre) {
  std::set<std::string> ids;
  for (const http::ProblemType* type : error_catalogue()) ids.insert(std::string(type->id));
  const std::string api = read(kRoot / "docs/http-api.md");
  const std::regex name(R"(`err-ms-([a-z0-9.-]+)`)");
  std::size_t found = 0;
  for (std::sregex_iterator at(api.begin(), api.end(), name), end; at != end; ++at, ++found) {
    EXPECT_TRUE(ids.contains((*at)[1])) << (*at)[1];
  }
  EXPECT_GT(found, 20U) << "the pattern no longer finds them";
}

TEST(ErrorCatalogue, HasEachIdOnceAndTextThatNeedsNoEscaping) {
  std::set<std::string_view> ids;
  for (const http::ProblemType* type : error_catalogue()) {
    EXPECT_TRUE(ids.insert(type->id).second) << type->id;
    EXPECT_NE(http::reason_phrase(type->status), "Unknown") << type->id;
    for (const std::string_view text : {type->title, type->meaning, type->remedy}) {
      EXPECT_FALSE(text.empty()) << type->id;
      EXPECT_EQ(text.find_first_of("\"\\"), std::string_view::npos) << text;
    }
  }
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
