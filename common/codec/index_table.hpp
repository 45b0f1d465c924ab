#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

// Private to the codec.
namespace metricstream {

// A seeded hash for tables of untrusted strings; the multiply-and-fold step is the one of wyhash (public domain).
class SeededHash {
 public:
  explicit SeededHash(std::uint64_t seed) : seed_(seed) {}

  [[nodiscard]] std::uint32_t operator()(std::string_view text) const {
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t hash = seed_ ^ left;
    for (; left > 16; at += 16, left -= 16)
      hash = fold(load<std::uint64_t>(at) ^ kFirst, load<std::uint64_t>(at + 8) ^ hash);
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    if (left >= 8) {
      low = load<std::uint64_t>(at);
      high = load<std::uint64_t>(at + left - 8);
    } else if (left >= 4) {
      low = load<std::uint32_t>(at);
      high = load<std::uint32_t>(at + left - 4);
    } else if (left > 0) {
      low = load<std::uint8_t>(at);
      high = (std::uint64_t{load<std::uint8_t>(at + left / 2)} << 8U) | load<std::uint8_t>(at + left - 1);
    }
    return finish(fold(low ^ kFirst, high ^ hash));
  }

  [[nodiscard]] std::uint32_t operator()(std::uint64_t low, std::uint64_t high) const {
    return finish(fold(low ^ kFirst, high ^ seed_));
  }

 private:
  static constexpr std::uint64_t kFirst = 0xa076'1d64'78bd'642f;
  static constexpr std::uint64_t kSecond = 0xe703'7ed1'a0b4'28db;

  template <class Word>
  static Word load(const char* at) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
  }
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }
  static std::uint32_t finish(std::uint64_t hash) { return static_cast<std::uint32_t>(fold(hash, kSecond)); }

  std::uint64_t seed_;
};

// Finds the number of a thing that is stored elsewhere: an open-addressing table of (hash, number). clear() costs
// nothing, so that a table grown by one large request does not slow down the small ones after it.
class IndexTable {
 public:
  // The number of the thing for which `is_equal(number)` holds, or `next` where there is none, which is then entered:
  // (number, whether it was entered).
  template <class IsEqual>
  std::pair<std::uint32_t, bool> insert(std::uint32_t hash, std::uint32_t next, IsEqual is_equal) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
      Slot& slot = slots_[i];
      if (slot.generation != generation_) {
        slot = {generation_, hash, next};
        ++size_;
        return {next, true};
      }
      if (slot.hash == hash && is_equal(slot.number)) return {slot.number, false};
    }
  }

  void clear() {
    size_ = 0;
    if (++generation_ == 0) {  // once in 2^32 requests
      slots_.assign(slots_.size(), Slot{});
      generation_ = 1;
    }
  }

 private:
  struct Slot {
    std::uint32_t generation = 0;  // of the clear() since which it is in use
    std::uint32_t hash = 0;
    std::uint32_t number = 0;
  };

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  void grow() {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 64 : slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.generation != generation_) continue;
      std::size_t i = slot.hash & mask();
      while (slots_[i].generation == generation_) i = (i + 1) & mask();
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace metricstream
