#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "services/ingestion/limits/limit_set.hpp"

namespace metricstream::limits {

// The set in force, replaced while requests are served. A decision takes all its limits from one set; those that begin
// after use() has returned take them from the new one. Thread-safe.
//
// Several copies of the pointer, each with a mutex, rather than one atomic<shared_ptr>: threads seldom meet on one, and
// that of libstdc++ 12 unlocks its readers without an order that ThreadSanitizer (or the standard) would accept.
class CurrentLimits {
 public:
  explicit CurrentLimits(std::shared_ptr<const LimitSet> first) { use(std::move(first)); }

  void use(std::shared_ptr<const LimitSet> next);
  [[nodiscard]] std::shared_ptr<const LimitSet> get() const;
  // `spread` chooses the copy: any number that differs between clients.
  [[nodiscard]] LimitSet::Found of(std::string_view client, std::size_t spread) const;
  [[nodiscard]] ClientLimits defaults(std::size_t spread) const;

 private:
  static constexpr std::size_t kCells = 16;
  struct alignas(64) Cell {
    mutable std::mutex mutex;
    std::shared_ptr<const LimitSet> set;
  };
  [[nodiscard]] const Cell& cell(std::size_t spread) const { return cells_[spread % kCells]; }

  std::mutex changing_;
  std::array<Cell, kCells> cells_;
};

}  // namespace metricstream::limits
