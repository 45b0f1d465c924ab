#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/request.hpp"
#include "common/http/response.hpp"

namespace metricstream::http {

class Handler;

// Exact paths to handlers. Filled before the server starts, then only read (any thread). HEAD is answered by the
// handler of GET. Handlers must outlive the router.
class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void add(std::string method, std::string path, Handler& handler);
  // A handler made of a function that answers at once.
  void get(std::string path, std::function<Response(const RequestHead&)> answer);

  // The handler, or 404 with the paths that there are, or 405 with Allow.
  [[nodiscard]] std::expected<Handler*, Response> route(std::string_view method, std::string_view path) const;

 private:
  [[nodiscard]] std::string known_paths() const;

  struct Entry {
    std::string method;
    Handler* handler;
  };
  std::map<std::string, std::vector<Entry>, std::less<>> paths_;
  std::vector<std::unique_ptr<Handler>> owned_;
};

}  // namespace metricstream::http
