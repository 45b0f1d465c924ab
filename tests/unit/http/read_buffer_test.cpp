#include "common/http/read_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace metricstream::http {
namespace {

// A buffer whose data lie behind `begin` bytes that are consumed.
ReadBuffer filled(std::size_t begin, const std::string& data) {
  ReadBuffer buffer;
  const std::string all = std::string(begin, '-') + data;
  std::ranges::copy(all, buffer.space().begin());
  buffer.commit(all.size());
  buffer.consume(begin);
  return buffer;
}

TEST(ReadBuffer, MakesRoomByMovingWhatIsThereAndOnlyThen) {
  const std::string data = "GET / HTTP/1.1";
  const std::size_t begin = 30'000;
  const std::size_t room = ReadBuffer::kCapacity - begin;
  ReadBuffer buffer = filled(begin, data);
  buffer.make_room(room);
  EXPECT_EQ(buffer.room(), room);
  EXPECT_EQ(buffer.data(), data);
  buffer.make_room(room + 1);
  EXPECT_EQ(buffer.room(), ReadBuffer::kCapacity);
  EXPECT_EQ(buffer.data(), data);
}

TEST(ReadBuffer, MakesRoomWhereNoneIsLeft) {
  const std::string data(100, 'a');
  ReadBuffer buffer = filled(ReadBuffer::kCapacity - data.size(), data);
  ASSERT_TRUE(buffer.space().empty());
  buffer.make_room(data.size() + 1);
  EXPECT_EQ(buffer.space().size(), ReadBuffer::kCapacity - data.size());
  EXPECT_EQ(buffer.data(), data);
}

}  // namespace
}  // namespace metricstream::http
