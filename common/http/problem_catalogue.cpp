#include "common/http/problem_catalogue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace metricstream::http {
namespace {

std::string entry(const ProblemType& type) {
  std::string out = "## " + std::string(type.id) + "\n\n";
  out += std::to_string(type.status) + " " + std::string(reason_phrase(type.status)) + ": **" +
         std::string(type.title) + "** (`err-ms-" + std::string(type.id) + "`)\n\n";
  if (!type.uri.empty()) out += "`type`: <" + std::string(type.uri) + ">\n\n";
  out += std::string(type.meaning) + "\n\n*What to do:* " + std::string(type.remedy) + "\n";
  return out;
}

Response text(std::string body) {
  Response out;
  out.content_type = kPlainText;
  out.body = std::move(body);
  return out;
}

}  // namespace

std::string problem_catalogue(std::span<const ProblemType* const> types) {
  std::vector<const ProblemType*> sorted(types.begin(), types.end());
  std::ranges::sort(sorted, {}, [](const ProblemType* type) { return std::pair(type->status, type->id); });
  std::string out =
      "# Errors of the HTTP API\n\n"
      "Every error answer is `application/problem+json` (RFC 9457). Its `type` leads here: the service answers GET on "
      "that\n"
      "path with the entry below. `error_id` is `err-ms-` and the entry's name; both are stable.\n"
      "This page is written from the program's own table; a test keeps it so.\n";
  for (const ProblemType* type : sorted) out += "\n" + entry(*type);
  return out;
}

void add_problem_routes(Router& router, std::span<const ProblemType* const> types) {
  router.get("/problems", [page = problem_catalogue(types)](const RequestHead&) { return text(page); });
  for (const ProblemType* type : types) {
    router.get(std::string(kProblemPath) + std::string(type->id),
               [page = entry(*type)](const RequestHead&) { return text(page); });
  }
}

}  // namespace metricstream::http
