// docs/errors.md is generated from the problem types.
#include <gtest/gtest.h>

#include "common/http/problem_catalogue.hpp"
#include "services/ingestion/problem_types.hpp"
#include "tests/unit/docs/generated_page.hpp"

namespace metricstream {
namespace {

TEST(ErrorCatalogue, SaysWhatTheCodeDoes) {
  expect_page("errors.md", http::problem_catalogue(ingestion::error_catalogue()));
}

}  // namespace
}  // namespace metricstream
