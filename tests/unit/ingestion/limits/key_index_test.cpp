#include "services/ingestion/limits/key_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>

namespace metricstream::limits {
namespace {

struct Thing {
  Hash128 key;
};

// Keys of which many have the same home, so that runs grow, wrap around and are cut.
Hash128 crowded_key(std::uint64_t i) {
  Hash128 key = hash128(std::to_string(i));
  key.bytes[0] = static_cast<std::uint8_t>(i % 3 == 0 ? 0xff : key.bytes[0] & 7U);
  key.bytes[1] = 0xff;
  for (std::size_t byte = 2; byte < 8 && i % 5 == 0; ++byte) key.bytes[byte] = 0;  // the whole hash is the same
  return key;
}

TEST(KeyIndex, DoesWhatAMapDoesOverRandomOperations) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    KeyIndex<Thing> index(std::pmr::get_default_resource());
    std::map<Hash128, std::unique_ptr<Thing>> model;
    const std::uint64_t most = seed % 2 == 0 ? 40 : 2000;
    for (int i = 0; i < 4000; ++i) {
      const Hash128 key = crowded_key(random() % most);
      const auto found = model.find(key);
      ASSERT_EQ(index.find(key), found == model.end() ? nullptr : found->second.get()) << "seed " << seed;
      if (found == model.end()) {
        auto& thing = model[key] = std::make_unique<Thing>(key);
        index.insert(*thing);
      } else if (random() % 2 == 0) {
        index.erase(*found->second);
        model.erase(found);
      }
      ASSERT_EQ(index.size(), model.size());
    }
    for (const auto& [key, thing] : model) ASSERT_EQ(index.find(key), thing.get()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace metricstream::limits
