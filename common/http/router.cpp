#include "common/http/router.hpp"

#include <algorithm>
#include <utility>

#include "common/http/handler.hpp"

namespace metricstream::http {
namespace {

class FunctionHandler final : public ImmediateHandler {
 public:
  explicit FunctionHandler(std::function<Response(const RequestHead&)> answer) : answer_(std::move(answer)) {}

 private:
  Response answer(const RequestHead& head) override { return answer_(head); }

  std::function<Response(const RequestHead&)> answer_;
};

}  // namespace

Router::Router() = default;
Router::~Router() = default;

void Router::add(std::string method, std::string path, Handler& handler) {
  paths_[std::move(path)].push_back({std::move(method), &handler});
}

void Router::get(std::string path, std::function<Response(const RequestHead&)> answer) {
  owned_.push_back(std::make_unique<FunctionHandler>(std::move(answer)));
  add("GET", std::move(path), *owned_.back());
}

std::expected<Handler*, Response> Router::route(std::string_view method, std::string_view path) const {
  const auto found = paths_.find(path);
  if (found == paths_.end()) {
    return std::unexpected(problem(kUnknownPath, "there is nothing at this path, only at: " + known_paths()));
  }
  const auto& entries = found->second;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const auto entry = std::ranges::find_if(entries, [&](const Entry& e) { return e.method == wanted; });
  if (entry != entries.end()) return entry->handler;

  std::string allow;
  for (const Entry& e : entries) {
    if (!allow.empty()) allow += ", ";
    allow += e.method;
    if (e.method == "GET") allow += ", HEAD";
  }
  Response refusal = problem(kMethodNotAllowed, "this path takes only: " + allow);
  refusal.headers = "Allow: " + allow + "\r\n";
  return std::unexpected(std::move(refusal));
}

std::string Router::known_paths() const {
  std::string out;
  for (const auto& [path, entries] : paths_) {
    if (!path.starts_with(kProblemPath)) out += (out.empty() ? "" : ", ") + path;
  }
  return out;
}

}  // namespace metricstream::http
