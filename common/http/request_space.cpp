#include "common/http/request_space.hpp"

#include <utility>

namespace metricstream::http {
namespace {

constexpr std::size_t kKeptText = 16 * 1024;

void clear_text(std::string& text) {
  if (text.capacity() > kKeptText) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

}  // namespace

void RequestSpace::clear() {
  input.clear();
  head.clear();
  clear_text(body);
  clear_text(output);
}

RequestSpacePool::Lease RequestSpacePool::lend() {
  std::unique_ptr<RequestSpace> space;
  if (free_.empty()) {
    space = std::make_unique<RequestSpace>();
  } else {
    space = std::move(free_.back());
    free_.pop_back();
  }
  return {space.release(), Return{this}};
}

void RequestSpacePool::take_back(std::unique_ptr<RequestSpace> space) {
  if (free_.size() >= kept_) return;
  space->clear();
  free_.push_back(std::move(space));
}

}  // namespace metricstream::http
