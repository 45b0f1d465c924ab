#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <unordered_map>
#include <utility>

#include "common/base/hash.hpp"

namespace metricstream::limits {

// Rings by key, with bounded memory. A ring in which nothing is charged any more tells nothing, so its place goes to
// the next new key; one that still counts is never dropped. Where all places count, a new key gets none: the caller's
// shared ring takes it. Keys are hashes, so that entries are of one size. Not thread-safe.
template <class Ring>
class RingTable {
 public:
  struct Entry {
    Ring ring;
    const Hash128* key = nullptr;
    Entry* older = nullptr;  // in the order of their newest charged slots
    Entry* newer = nullptr;
  };

  explicit RingTable(std::size_t capacity, std::pmr::memory_resource* memory) : capacity_(capacity), entries_(memory) {}
  RingTable(const RingTable&) = delete;
  RingTable& operator=(const RingTable&) = delete;

  [[nodiscard]] Entry* find(const Hash128& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }

  // The key's entry, made where there is none and room: below the capacity, or in place of an idle entry, or in any
  // case where the place is `guaranteed`. Nothing otherwise. Advanced to `now`.
  [[nodiscard]] Entry* open(const Hash128& key, TimeNs now, bool guaranteed) {
    Entry* entry = find(key);
    if (entry == nullptr) entry = make(key, now, guaranteed);
    if (entry != nullptr) entry->ring.advance(now);
    return entry;
  }

  // Charges an entry of this table.
  std::int64_t charge(Entry& entry, std::uint32_t amount) {
    const std::int64_t slot = entry.ring.charge(amount);
    if (newest_ != &entry) {
      unlink(entry);
      link_newest(entry);
    }
    return slot;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  Entry* make(const Hash128& key, TimeNs now, bool guaranteed) {
    if (oldest_ != nullptr) oldest_->ring.advance(now);
    if (oldest_ != nullptr && oldest_->ring.used() == 0) return reuse_oldest(key);
    if (entries_.size() >= capacity_ && !guaranteed) return nullptr;
    const auto [place, is_new] = entries_.try_emplace(key);
    return start(place);
  }

  Entry* reuse_oldest(const Hash128& key) {
    Entry& old = *oldest_;
    first_slot_ = std::max(first_slot_, old.ring.newest_slot());
    unlink(old);
    auto node = entries_.extract(*old.key);
    node.key() = key;
    return start(entries_.insert(std::move(node)).position);
  }

  // No ring starts before what a dropped one has seen: what is given back to a dropped ring finds no slot in a later
  // one of the same key, however the clock jumps.
  Entry* start(auto place) {
    Entry& entry = place->second;
    entry = Entry{.ring = Ring(first_slot_), .key = &place->first};
    link_oldest(entry);  // until it is charged
    return &entry;
  }

  void unlink(Entry& entry) {
    (entry.older != nullptr ? entry.older->newer : oldest_) = entry.newer;
    (entry.newer != nullptr ? entry.newer->older : newest_) = entry.older;
    entry.older = entry.newer = nullptr;
  }
  void link_newest(Entry& entry) {
    entry.older = newest_;
    (newest_ != nullptr ? newest_->newer : oldest_) = &entry;
    newest_ = &entry;
  }
  void link_oldest(Entry& entry) {
    entry.newer = oldest_;
    (oldest_ != nullptr ? oldest_->older : newest_) = &entry;
    oldest_ = &entry;
  }

  std::size_t capacity_;
  std::int64_t first_slot_ = Ring().newest_slot();
  std::pmr::unordered_map<Hash128, Entry, TableHash> entries_;
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
};

}  // namespace metricstream::limits
