#include "common/codec/pending_body.hpp"

#include <utility>

namespace metricstream {
namespace {

// The memory of one huge body is not kept for the small ones behind it.
constexpr std::size_t kKeptElements = 65'536;

template <class T>
std::vector<T> emptied(std::vector<T>&& used) {
  std::vector<T> kept;
  if (used.capacity() <= kKeptElements) kept = std::move(used);
  kept.clear();
  return kept;
}

}  // namespace

void PendingBody::clear() {
  PendingBody fresh;
  fresh.samples = emptied(std::move(samples));
  fresh.fields = emptied(std::move(fields));
  fresh.tags = emptied(std::move(tags));
  fresh.tag_sets = emptied(std::move(tag_sets));
  *this = std::move(fresh);
}

}  // namespace metricstream
