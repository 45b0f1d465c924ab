#include "services/agent/delivery/spool.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace metricstream::agent {
namespace {

// The spool's contract in the plainest form: one vector, whose first `pinned` elements may not go.
class PlainSpool {
 public:
  explicit PlainSpool(std::size_t capacity) : capacity_(capacity) {}

  bool push(const std::string& sample) {
    all_.push_back(sample);
    if (all_.size() <= capacity_) return true;
    all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(pinned_));
    return false;
  }

  std::vector<std::string> take(std::size_t count) {
    pinned_ = std::min(count, all_.size());
    return {all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(pinned_)};
  }

  void release() {
    all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(pinned_));
    pinned_ = 0;
  }

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] bool is_pinned() const { return pinned_ > 0; }

 private:
  std::size_t capacity_;
  std::size_t pinned_ = 0;
  std::vector<std::string> all_;
};

TEST(Spool, BehavesLikeAPlainVectorUnderAnySequenceOfCalls) {
  std::mt19937 random(1);
  for (int run = 0; run < 300; ++run) {
    const std::size_t capacity = 1 + random() % 8;
    Spool spool(capacity);
    PlainSpool plain(capacity);
    for (int step = 0; step < 100; ++step) {
      const auto choice = random() % 4;
      if (choice < 2) {
        const std::string sample = std::to_string(step);
        ASSERT_EQ(spool.push(sample), plain.push(sample));
      } else if (choice == 2 && !plain.is_pinned()) {
        const std::size_t count = random() % 5;
        ASSERT_EQ(spool.take(count), plain.take(count));
      } else if (choice == 3) {
        spool.release();
        plain.release();
      }
      ASSERT_EQ(spool.size(), plain.size());
      ASSERT_LE(spool.size(), capacity);
    }
  }
}

TEST(Spool, DropsTheOldestButNeverWhatIsBeingSent) {
  Spool spool(3);
  for (const char* sample : {"a", "b", "c"}) EXPECT_TRUE(spool.push(sample));
  EXPECT_EQ(spool.take(1), std::vector<std::string>{"a"});
  EXPECT_FALSE(spool.push("d")) << "b had to go";
  spool.release();
  EXPECT_EQ(spool.take(9), (std::vector<std::string>{"c", "d"}));
}

TEST(Spool, WhereAllIsBeingSentTheNewSampleIsTheOneLost) {
  Spool spool(1);
  EXPECT_TRUE(spool.push("a"));
  EXPECT_EQ(spool.take(1).size(), 1U);
  EXPECT_FALSE(spool.push("b"));
  EXPECT_EQ(spool.size(), 1U);
  EXPECT_EQ(spool.waiting(), 0U);
}

}  // namespace
}  // namespace metricstream::agent
