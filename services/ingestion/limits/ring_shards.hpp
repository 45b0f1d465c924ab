#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>

#include "services/ingestion/limits/ring_table.hpp"

namespace metricstream::limits {

// What is needed to give a charge back: it names the place by value, so the ring may go in between.
struct Receipt {
  Hash128 key;
  std::int64_t slot = 0;
  std::uint32_t amount = 0;
  std::optional<std::uint32_t> shared;  // the number of the shared ring, where the key had none of its own
};

struct TableStats {
  std::size_t entries = 0;
  std::uint64_t shared_uses = 0;  // how often a key found no place and was counted in a shared ring
};

// Rings by key for many threads: tables with a mutex each, chosen by the key, and shared rings for the keys that find
// no place. A Hold is a locked ring; nobody suspends while holding one.
template <class Ring>
class RingShards {
 public:
  struct Options {
    std::optional<std::size_t> capacity;  // nothing: unbounded, for keys that a file bounds
    std::size_t shared_rings = 1;
    std::pmr::memory_resource* memory = std::pmr::get_default_resource();
  };

  class Hold {
   public:
    [[nodiscard]] const Ring& ring() const { return entry_ != nullptr ? entry_->ring : *shared_ring_; }
    [[nodiscard]] bool is_shared() const { return entry_ == nullptr; }
    Receipt charge(std::uint32_t amount) {
      const std::int64_t slot = entry_ != nullptr ? table_->charge(*entry_, amount) : shared_ring_->charge(amount);
      return {.key = key_, .slot = slot, .amount = amount, .shared = shared_};
    }

   private:
    friend class RingShards;
    std::unique_lock<std::mutex> lock_;
    Hash128 key_;
    RingTable<Ring>* table_ = nullptr;
    RingTable<Ring>::Entry* entry_ = nullptr;
    Ring* shared_ring_ = nullptr;
    std::optional<std::uint32_t> shared_;
  };

  explicit RingShards(const Options& options)
      : shard_count_(shards_for(options.capacity)),
        shared_count_(static_cast<std::uint32_t>(options.shared_rings)),
        shards_(std::make_unique<std::unique_ptr<Shard>[]>(shard_count_)),
        shared_(std::make_unique<Shared[]>(shared_count_)) {
    const std::size_t each = options.capacity ? *options.capacity / shard_count_ : SIZE_MAX;
    for (std::size_t i = 0; i < shard_count_; ++i) shards_[i] = std::make_unique<Shard>(each, options.memory);
  }

  // The key's ring, locked and advanced to `now`. Keys of one `group` share the same shared ring. `guaranteed`: a ring
  // of its own beyond the capacity.
  [[nodiscard]] Hold hold(const Hash128& key, const Hash128& group, TimeNs now, bool guaranteed = false) {
    Hold out;
    Shard& shard = shard_of(key);
    out.key_ = key;
    out.lock_ = std::unique_lock(shard.mutex);
    out.table_ = &shard.table;
    out.entry_ = shard.table.open(key, now, guaranteed);
    if (out.entry_ != nullptr) return out;
    out.shared_ = static_cast<std::uint32_t>(TableHash{}(group) % shared_count_);
    Shared& shared = shared_[*out.shared_];
    out.lock_ = std::unique_lock(shared.mutex);  // taken after the shard's, everywhere
    shared.ring.advance(now);
    ++shared.uses;
    out.shared_ring_ = &shared.ring;
    return out;
  }

  // What stands in the key's own ring; 0 where it has none. Makes no room.
  [[nodiscard]] std::uint64_t used(const Hash128& key, TimeNs now) {
    Shard& shard = shard_of(key);
    const std::scoped_lock lock(shard.mutex);
    auto* entry = shard.table.find(key);
    if (entry == nullptr) return 0;
    entry->ring.advance(now);
    return entry->ring.used();
  }

  void give_back(const Receipt& receipt) {
    if (receipt.shared) {
      Shared& shared = shared_[*receipt.shared];
      const std::scoped_lock lock(shared.mutex);
      return shared.ring.give_back(receipt.slot, receipt.amount);
    }
    Shard& shard = shard_of(receipt.key);
    const std::scoped_lock lock(shard.mutex);
    if (auto* entry = shard.table.find(receipt.key)) entry->ring.give_back(receipt.slot, receipt.amount);
  }

  [[nodiscard]] TableStats stats() const {
    TableStats out;
    for (std::size_t i = 0; i < shard_count_; ++i) {
      const std::scoped_lock lock(shards_[i]->mutex);
      out.entries += shards_[i]->table.size();
    }
    for (std::size_t i = 0; i < shared_count_; ++i) {
      const std::scoped_lock lock(shared_[i].mutex);
      out.shared_uses += shared_[i].uses;
    }
    return out;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  struct alignas(kCacheLine) Shard {
    Shard(std::size_t capacity, std::pmr::memory_resource* memory) : table(capacity, memory) {}
    std::mutex mutex;
    RingTable<Ring> table;
  };
  struct alignas(kCacheLine) Shared {
    std::mutex mutex;
    Ring ring;
    std::uint64_t uses = 0;
  };

  // A power of two up to 64, of at least 64 entries each, so that small tables fill evenly.
  static std::size_t shards_for(std::optional<std::size_t> capacity) {
    constexpr std::size_t kMost = 64;
    return capacity ? std::bit_floor(std::clamp<std::size_t>(*capacity / 64, 1, kMost)) : kMost;
  }
  // By a byte that the tables' own hash does not use.
  Shard& shard_of(const Hash128& key) { return *shards_[key.bytes[15] & (shard_count_ - 1)]; }

  std::size_t shard_count_;
  std::uint32_t shared_count_;
  std::unique_ptr<std::unique_ptr<Shard>[]> shards_;
  std::unique_ptr<Shared[]> shared_;
};

}  // namespace metricstream::limits
