#include "services/admin/table.hpp"

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>

namespace metricstream::admin {
namespace {

TEST(Table, NumbersAreAlignedToTheRightAndTextToTheLeft) {
  EXPECT_EQ(format_table({{"metric", "count", "avg"}, {{"cpu", "6", "75.5"}, {"mem.used", "12", "-1e+09"}}}),
            "metric    count     avg\n"
            "cpu           6    75.5\n"
            "mem.used     12  -1e+09\n");
}

TEST(Table, WidthsCountCharactersAndMissingCellsAreEmpty) {
  EXPECT_EQ(format_table({{"host", "p"}, {{"Zürich", "x"}, {"a"}}}),
            "host    p\n"
            "Zürich  x\n"
            "a\n");
}

TEST(Table, WithoutRowsThereIsOnlyTheHeading) { EXPECT_EQ(format_table({{"a", "b"}, {}}), "a  b\n"); }

TEST(Table, EveryCellStandsInItsColumnWhateverItsLength) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Table table{{"first", "second", "third"}, {}};
    for (unsigned rows = random() % 6; rows > 0; --rows) {
      auto& row = table.rows.emplace_back();
      for (int column = 0; column < 3; ++column) row.emplace_back(1 + random() % 12, static_cast<char>('a' + column));
    }
    std::istringstream lines(format_table(table));
    std::string heading;
    std::getline(lines, heading);
    for (const auto& row : table.rows) {
      std::string line;
      ASSERT_TRUE(std::getline(lines, line));
      EXPECT_EQ(line.find('a'), heading.find("first"));
      EXPECT_EQ(line.find('b'), heading.find("second"));
      EXPECT_EQ(line.find('c'), heading.find("third"));
      for (const auto& cell : row) EXPECT_NE(line.find(cell), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace metricstream::admin
