#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metricstream {

// The candidate nearest to `word` (edit distance at most a third of its length, at least 1, at most 3), for "did you mean".
[[nodiscard]] std::optional<std::string> suggest(std::string_view word, std::span<const std::string> candidates);

}  // namespace metricstream
