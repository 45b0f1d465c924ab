#include "services/ingestion/limits/current_limits.hpp"

#include <utility>

namespace metricstream::limits {

void CurrentLimits::use(std::shared_ptr<const LimitSet> next) {
  const std::scoped_lock one_at_a_time(changing_);
  for (Cell& cell : cells_) {
    std::shared_ptr<const LimitSet> old = next;  // goes outside of the lock: the last owner frees the whole set
    const std::scoped_lock lock(cell.mutex);
    std::swap(cell.set, old);
  }
}

std::shared_ptr<const LimitSet> CurrentLimits::get() const {
  const std::scoped_lock lock(cells_[0].mutex);
  return cells_[0].set;
}

LimitSet::Found CurrentLimits::of(std::string_view client, std::size_t spread) const {
  const Cell& here = cell(spread);
  const std::scoped_lock lock(here.mutex);
  return here.set->of(client);
}

ClientLimits CurrentLimits::defaults(std::size_t spread) const {
  const Cell& here = cell(spread);
  const std::scoped_lock lock(here.mutex);
  return here.set->defaults();
}

}  // namespace metricstream::limits
