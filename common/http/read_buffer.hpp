#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace metricstream::http {

// A request's input: one block of memory, so that a usual request (header and body) comes in by one read and is used
// where it lies. Pure.
class ReadBuffer {
 public:
  static constexpr std::size_t kCapacity = 32 * 1024;

  ReadBuffer() : memory_(std::make_unique_for_overwrite<char[]>(kCapacity)) {}

  // What has come and is not consumed.
  [[nodiscard]] std::string_view data() const { return {memory_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  // Where the next read goes; empty when full.
  [[nodiscard]] std::span<char> space() { return {memory_.get() + end_, kCapacity - end_}; }
  // Bytes that data() can hold without being moved.
  [[nodiscard]] std::size_t room() const { return kCapacity - begin_; }

  void commit(std::size_t count) { end_ += count; }
  // Views of what stays remain valid.
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }
  // Takes back what came last.
  void drop_back(std::size_t count) { end_ -= count; }
  // Removes bytes from the middle; what is before them stays where it is.
  void erase(std::size_t position, std::size_t count) {
    char* const from = memory_.get() + begin_ + position;
    std::memmove(from, from + count, end_ - begin_ - position - count);
    end_ -= count;
  }
  // So that data() can grow to `bytes`, where that is at all possible; every view of it may end here.
  void make_room(std::size_t bytes) {
    if (room() < bytes) compact();
  }
  // Moves data() to the front: every view of it ends here.
  void compact() {
    if (begin_ == 0) return;
    std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace metricstream::http
