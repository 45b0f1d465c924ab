#include "common/base/murmur2.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace metricstream {
namespace {

// The vectors of Kafka's own org.apache.kafka.common.utils.UtilsTest.testMurmur2.
TEST(Murmur2, GivesKafkasOwnTestVectors) {
  constexpr std::pair<std::string_view, std::int32_t> vectors[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [key, expected] : vectors) EXPECT_EQ(static_cast<std::int32_t>(murmur2(key)), expected) << key;
}

TEST(Murmur2, PartitionIsTheHashWithoutItsSignModuloThePartitions) {
  EXPECT_EQ(partition_for("abc", 12), 479470107 % 12);
  EXPECT_EQ(partition_for("foobar", 12),
            static_cast<std::int32_t>(static_cast<std::uint32_t>(-790332482) & 0x7fffffffU) % 12);
}

}  // namespace
}  // namespace metricstream
