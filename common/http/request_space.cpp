#include "common/http/request_space.hpp"

#include <malloc.h>

#include <utility>

namespace metricstream::http {
namespace {

constexpr std::size_t kKeptText = 16 * 1024;

std::size_t clear_text(std::string& text) {
  if (text.capacity() <= kKeptText) {
    text.clear();
    return 0;
  }
  const std::size_t freed = text.capacity();
  std::string().swap(text);
  return freed;
}

}  // namespace

std::size_t RequestSpace::clear() {
  input.clear();
  head.clear();
  return clear_text(body) + clear_text(output);
}

std::size_t RequestSpace::size() const {
  return sizeof(RequestSpace) + ReadBuffer::kCapacity + body.capacity() + output.capacity();
}

void trim_heap() { ::malloc_trim(0); }

RequestSpacePool::Lease RequestSpacePool::lend() {
  std::unique_ptr<RequestSpace> space;
  if (free_.empty()) {
    space = std::make_unique<RequestSpace>();
  } else {
    space = std::move(free_.back());
    free_.pop_back();
  }
  heap_.on_use(++lent_);
  return {space.release(), Return{this}};
}

void RequestSpacePool::take_back(std::unique_ptr<RequestSpace> space) {
  --lent_;
  if (free_.size() < kept_) {
    heap_.on_free(space->clear());
    free_.push_back(std::move(space));
  } else {
    heap_.on_free(space->size());
    space.reset();
  }
  if (heap_.is_worth_it(lent_) && heap_.is_due(lent_, HeapTrim::Clock::now())) trim_();
}

}  // namespace metricstream::http
