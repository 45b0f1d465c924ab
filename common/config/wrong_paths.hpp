#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace metricstream::config {

// Where a file's values are wrong, so that nothing judges the defaults that stand there instead. Paths as in messages:
// "rules[1].sizes[0]"; a name with a dot counts as two.
class WrongPaths {
 public:
  void add(std::string_view path);
  // What the file has at `path` could not be taken, nor anything below it.
  [[nodiscard]] bool is_wrong(std::string_view path) const { return wrong_.contains(path); }
  // `path` or something below it is wrong.
  [[nodiscard]] bool is_touched(std::string_view path) const { return touched_.contains(path); }

 private:
  std::set<std::string, std::less<>> wrong_;
  std::set<std::string, std::less<>> touched_;
};

}  // namespace metricstream::config
