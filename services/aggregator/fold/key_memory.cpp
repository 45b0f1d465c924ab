#include "services/aggregator/fold/key_memory.hpp"

#include <algorithm>
#include <string>

namespace metricstream::fold {
namespace {

// Lengths first: (ab, c) and (a, bc) must not have the same name.
Hash128 name_of(std::string_view client_id, const BatchKey& key) {
  std::string text = std::to_string(client_id.size()) + ':';
  text += client_id;
  text += key.body_hash.view();
  text += key.client_key;
  return hash128(text);
}

// No string is built: this is asked for every reading while a client's clock runs ahead.
Hash128 name_of(std::string_view series_key, TimeNs original) {
  Hash128 out = hash128(series_key);
  const auto spread = static_cast<std::uint64_t>(original) * 0x9e3779b97f4a7c15U;  // odd: no two originals meet
  for (std::size_t i = 0; i < 8; ++i) out.bytes[i] ^= static_cast<std::uint8_t>(spread >> (8 * i));
  return out;
}

}  // namespace

bool IndexSet::insert(std::uint32_t index) {
  const std::size_t word = index / 64;
  const std::uint64_t bit = std::uint64_t{1} << (index % 64);
  if (word >= words_.size()) words_.resize(word + 1);
  const bool fresh = (words_[word] & bit) == 0;
  words_[word] |= bit;
  return fresh;
}

KeyMemory::Request* KeyMemory::remember(std::string_view client_id, const BatchKey& key, Hold hold, Position position) {
  const Hash128 name = name_of(client_id, key);
  const auto [entry, fresh] = requests_.try_emplace(name, Request{{}, name, hold.end, position});
  if (fresh) expiring_requests_[hold.end].push_back(name);
  return &entry->second;
}

KeyMemory::Request* KeyMemory::find(std::string_view client_id, const BatchKey& key) {
  const auto entry = requests_.find(name_of(client_id, key));
  return entry == requests_.end() ? nullptr : &entry->second;
}

void KeyMemory::extend(Request& request, Hold hold) {
  if (hold.end <= request.hold) return;
  request.hold = hold.end;
  expiring_requests_[hold.end].push_back(request.name);
  pin(hold, request.first);
}

bool KeyMemory::knows_adjusted(std::string_view series_key, TimeNs original) const {
  return !adjusted_.empty() && adjusted_.contains(name_of(series_key, original));
}

void KeyMemory::remember_adjusted(std::string_view series_key, TimeNs original, Hold hold) {
  const Hash128 name = name_of(series_key, original);
  if (adjusted_.try_emplace(name, hold.end).second) expiring_adjusted_[hold.end].push_back(name);
}

void KeyMemory::pin(Hold hold, Position position) {
  const auto [pinned, fresh] = pins_.try_emplace(hold.end, position);
  if (!fresh) pinned->second = earlier(pinned->second, position);
}

Position KeyMemory::earliest(Position otherwise) const {
  for (const auto& [hold, position] : pins_) otherwise = earlier(otherwise, position);
  return otherwise;
}

void KeyMemory::forget(TimeNs through) {
  const auto sweep = [through](auto& expiring, auto& entries, auto hold_of) {
    while (!expiring.empty() && expiring.begin()->first <= through) {
      for (const Hash128& name : expiring.begin()->second) {
        const auto entry = entries.find(name);
        if (entry != entries.end() && hold_of(entry->second) <= through) entries.erase(entry);
      }
      expiring.erase(expiring.begin());
    }
  };
  sweep(expiring_requests_, requests_, [](const Request& request) { return request.hold; });
  sweep(expiring_adjusted_, adjusted_, [](TimeNs hold) { return hold; });
  pins_.erase(pins_.begin(), pins_.upper_bound(through));
}

}  // namespace metricstream::fold
