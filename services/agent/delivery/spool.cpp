#include "services/agent/delivery/spool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace metricstream::agent {

bool Spool::push(std::string sample) {
  const bool is_full = size() >= capacity_;
  if (is_full && waiting_.empty()) return false;
  if (is_full) waiting_.pop_front();
  waiting_.push_back(std::move(sample));
  return !is_full;
}

std::vector<std::string> Spool::take(std::size_t count) {
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(count, waiting_.size()));
  std::vector<std::string> taken(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  pinned_ = taken.size();
  return taken;
}

}  // namespace metricstream::agent
