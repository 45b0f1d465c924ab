#pragma once

#include <expected>
#include <string>
#include <utility>

namespace metricstream {

// An expected failure with a message for a person: what was wrong, where, and what would be right.
struct Error {
  std::string message;
};

// Expected failures are values; exceptions are for start-up and bugs.
template <class T, class E = Error>
using Result = std::expected<T, E>;

inline std::unexpected<Error> fail(std::string message) { return std::unexpected<Error>{Error{std::move(message)}}; }

}  // namespace metricstream
