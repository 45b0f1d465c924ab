#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory_resource>

#include "common/base/hash.hpp"
#include "services/ingestion/limits/key_index.hpp"

namespace metricstream::limits {

// Rings by key, with bounded memory. A ring in which nothing is charged any more tells nothing, so its place goes to
// the next new key; one that still counts is never dropped. Where all places count, a new key gets none: the caller's
// shared ring takes it. Keys are hashes, so that entries are of one size. Not thread-safe.
template <class Ring>
class RingTable {
 public:
  // A decision touches one line of the index, the first of the entry, and the one of its newest slot.
  struct alignas(64) Entry {
    Hash128 key;
    Entry* older = nullptr;  // in the order of their newest charged slots
    Entry* newer = nullptr;
    Ring ring;
  };

  explicit RingTable(std::size_t capacity, std::pmr::memory_resource* memory)
      : capacity_(capacity), entries_(memory), index_(memory) {}
  RingTable(const RingTable&) = delete;
  RingTable& operator=(const RingTable&) = delete;

  [[nodiscard]] Entry* find(const Hash128& key) { return index_.find(key); }

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
    // The order is by slots, so an entry moves once a slot: its neighbours are seldom in the cache.
    if (!entry.ring.has_charge_in_newest_slot()) {
      unlink(entry);
      link_newest(entry);
    }
    return entry.ring.charge(amount);
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  Entry* make(const Hash128& key, TimeNs now, bool guaranteed) {
    if (oldest_ != nullptr) oldest_->ring.advance(now);
    if (oldest_ != nullptr && oldest_->ring.used() == 0) return start(release_oldest(), key);
    if (entries_.size() >= capacity_ && !guaranteed) return nullptr;
    return start(entries_.emplace_back(), key);
  }

  Entry& release_oldest() {
    Entry& old = *oldest_;
    first_slot_ = std::max(first_slot_, old.ring.newest_slot());
    unlink(old);
    index_.erase(old);
    return old;
  }

  // No ring starts before what a dropped one has seen: what is given back to a dropped ring finds no slot in a later
  // one of the same key, however the clock jumps.
  Entry* start(Entry& entry, const Hash128& key) {
    entry = Entry{.key = key, .ring = Ring(first_slot_)};
    index_.insert(entry);
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
  std::pmr::deque<Entry> entries_;  // which stay where they are
  KeyIndex<Entry> index_;
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
};

}  // namespace metricstream::limits
