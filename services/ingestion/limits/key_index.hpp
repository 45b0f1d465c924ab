#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>
#include <vector>

#include "common/base/hash.hpp"

namespace metricstream::limits {

// Where the entry of a key is: open addressing with the keys' own bits as hash, at most half full, so a look-up of a
// key that is not there ends within one cache line or two. Entries have a member `key` and stay where they are. Erasing
// leaves no trace: after any number of insertions and erasures look-ups are as short as ever, and the memory is that
// of the most entries there were. Not thread-safe.
template <class Entry>
class KeyIndex {
 public:
  explicit KeyIndex(std::pmr::memory_resource* memory) : cells_(kFirst, memory) {}

  [[nodiscard]] Entry* find(const Hash128& key) const {
    const std::uint64_t hash = TableHash{}(key);
    for (std::size_t i = home_of(hash); cells_[i].entry != nullptr; i = next(i)) {
      if (cells_[i].hash == hash && cells_[i].entry->key == key) return cells_[i].entry;
    }
    return nullptr;
  }

  // An entry whose key is not in the index.
  void insert(Entry& entry) {
    if (++size_ * 2 > cells_.size()) grow();
    place({.hash = TableHash{}(entry.key), .entry = &entry});
  }

  // An entry that is in the index, under the key it was inserted with.
  void erase(const Entry& entry) {
    std::size_t hole = home_of(TableHash{}(entry.key));
    while (cells_[hole].entry != &entry) hole = next(hole);
    // Whatever was pushed past the hole from a home at or before it moves back into it.
    for (std::size_t i = next(hole); cells_[i].entry != nullptr; i = next(i)) {
      if (distance(home_of(cells_[i].hash), i) < distance(hole, i)) continue;
      cells_[hole] = cells_[i];
      hole = i;
    }
    cells_[hole] = {};
    --size_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Cell {
    std::uint64_t hash = 0;
    Entry* entry = nullptr;
  };
  static constexpr std::size_t kFirst = 16;  // a power of two, as all sizes

  [[nodiscard]] std::size_t home_of(std::uint64_t hash) const { return hash & (cells_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & (cells_.size() - 1); }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
    return (to - from) & (cells_.size() - 1);
  }

  void place(const Cell& cell) {
    std::size_t i = home_of(cell.hash);
    while (cells_[i].entry != nullptr) i = next(i);
    cells_[i] = cell;
  }

  void grow() {
    std::pmr::vector<Cell> old(cells_.size() * 2, cells_.get_allocator());
    std::swap(old, cells_);
    for (const Cell& cell : old) {
      if (cell.entry != nullptr) place(cell);
    }
  }

  std::pmr::vector<Cell> cells_;
  std::size_t size_ = 0;
};

}  // namespace metricstream::limits
