#pragma once

#include <span>
#include <string>

#include "common/http/problem_type.hpp"
#include "common/http/router.hpp"

namespace metricstream::http {

// The catalogue as a page in Markdown, in the order of status and name: docs/errors.md.
[[nodiscard]] std::string problem_catalogue(std::span<const ProblemType* const> types);

// GET /problems (the whole catalogue) and /problems/{id}, as plain text: where the `type` of an answer leads.
void add_problem_routes(Router& router, std::span<const ProblemType* const> types);

}  // namespace metricstream::http
