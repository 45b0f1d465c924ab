#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metricstream {

// The candidate nearest to `word`, for "did you mean": at most a third of its length in edits (insert, delete, change,
// swap two neighbours), at least 1, at most 3. The first of several as near.
[[nodiscard]] std::optional<std::string> suggest(std::string_view word, std::span<const std::string> candidates);

}  // namespace metricstream
