#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace metricstream::agent {

// The bounded buffer between collection and sending: rendered samples, oldest first. The samples of the batch that is
// being sent are pinned: the batch may be stored already, and it must be repeated unchanged, so they count against the
// capacity but are never dropped for room. Not thread-safe.
class Spool {
 public:
  // `capacity` > 0, in samples.
  explicit Spool(std::size_t capacity) : capacity_(capacity) {}

  // Appends the newest sample. When full, the oldest one that is not pinned makes room, or the new one itself where all
  // are pinned: false when a sample was lost in this way.
  [[nodiscard]] bool push(std::string sample);

  // Takes up to `count` of the oldest samples and pins them until release(). Nothing may be pinned before.
  [[nodiscard]] std::vector<std::string> take(std::size_t count);
  void release() { pinned_ = 0; }

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size() + pinned_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  std::size_t capacity_;
  std::size_t pinned_ = 0;
  std::deque<std::string> waiting_;
};

}  // namespace metricstream::agent
