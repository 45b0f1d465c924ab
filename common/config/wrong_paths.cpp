#include "common/config/wrong_paths.hpp"

namespace metricstream::config {

void WrongPaths::add(std::string_view path) {
  wrong_.emplace(path);
  touched_.emplace(path);
  touched_.emplace("");
  for (std::size_t i = path.find_first_of(".["); i != std::string_view::npos; i = path.find_first_of(".[", i + 1)) {
    touched_.emplace(path.substr(0, i));
  }
}

}  // namespace metricstream::config
