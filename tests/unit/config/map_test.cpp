// Maps with free keys of structs: Schema::map.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/load.hpp"
#include "common/config/reference.hpp"

namespace metricstream::config::test {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::Pair;

struct Room {
  unsigned seats = 4;
  std::optional<unsigned> doors;
};

void describe(Schema& schema, Room& room) {
  schema.field("seats", room.seats, "Chairs.", between(1, 100));
  schema.field("doors", room.doors, "Ways in.");
  schema.validate([&room](Report& report) {
    if (room.doors && *room.doors > room.seats) report.error("doors", "more than seats");
  });
}

struct House {
  std::map<std::string, Room> rooms;
};

void describe(Schema& schema, House& house) {
  schema.map("rooms", house.rooms, "By name.");
  schema.validate([&house](Report& report) {
    for (const auto& [name, room] : house.rooms) {
      if (name == "void") report.error("rooms." + name, "no room");
    }
  });
}

std::string problems_of(std::string_view text) { return text_of(load<House>(text, "f.yaml").problems); }

TEST(MapOfSections, HasAnEntryForEveryKeyOfTheFile) {
  const auto loaded =
      load<House>("rooms:\n  hall: {seats: 50, doors: 2}\n  'a.b c':\n  \"\":\n    seats: 7\n", "f.yaml");
  EXPECT_EQ(text_of(loaded.problems), "");
  EXPECT_THAT(loaded.settings.rooms,
              ElementsAre(Pair("", Field(&Room::seats, 7U)), Pair("a.b c", Field(&Room::seats, 4U)),
                          Pair("hall", Field(&Room::seats, 50U))));
  EXPECT_EQ(loaded.settings.rooms.at("hall").doors, 2U);
}

TEST(MapOfSections, MayBeEmptyOrLeftOut) {
  for (const char* text : {"", "rooms:\n", "rooms: {}\n"}) {
    const auto loaded = load<House>(text, "f.yaml");
    EXPECT_TRUE(loaded.ok()) << text;
    EXPECT_TRUE(loaded.settings.rooms.empty()) << text;
  }
}

TEST(MapOfSections, ReportsEverythingWithItsPlace) {
  EXPECT_EQ(problems_of("rooms:\n  hall: {seats: 0}\n  attic:\n    seat: 3\n  hall: {}\n  shed: 3\n"),
            "f.yaml:2:17: rooms.hall.seats: '0': expected an integer from 1 to 100\n"
            "f.yaml:4:5: rooms.attic.seat: unknown setting; did you mean 'seats'?\n"
            "f.yaml:5:3: rooms.hall: given twice, first at line 2\n"
            "f.yaml:6:9: rooms.shed: expected a section with settings, got one value\n");
  EXPECT_EQ(problems_of("rooms: [hall]\n"), "f.yaml:1:8: rooms: expected a section with settings, got a list\n");
  EXPECT_EQ(problems_of("rooms:\n  \"a\\nb\": 1\n"),
            "f.yaml:2:11: rooms.a\\x0ab: expected a section with settings, got one value\n");
}

TEST(MapOfSections, ItsEntriesAreValidated) {
  EXPECT_EQ(problems_of("rooms:\n  hall: {seats: 2, doors: 3}\n  void: {}\n"),
            "f.yaml:2:27: rooms.hall.doors: more than seats\nf.yaml:3:3: rooms.void: no room\n");
}

TEST(MapOfSections, AnEntryIsJudgedUnlessOneOfItsOwnValuesIsWrong) {
  EXPECT_EQ(problems_of("rooms:\n  hall: {seats: x, doors: 9}\n  hall2: {seats: 2, doors: 3}\n  void: {}\n"),
            "f.yaml:2:17: rooms.hall.seats: 'x': expected an integer from 1 to 100\n"
            "f.yaml:3:28: rooms.hall2.doors: more than seats\n");
  EXPECT_EQ(problems_of("rooms:\n  \"a\\nb\": {seats: x, doors: 9}\n"),
            "f.yaml:2:19: rooms.a\\x0ab.seats: 'x': expected an integer from 1 to 100\n");
  EXPECT_EQ(problems_of("rooms:\n  \"a\\nb\": {seats: 2, doors: 9}\n"),
            "f.yaml:2:29: rooms.a\\x0ab.doors: more than seats\n");
}

TEST(MapOfSections, AddsToTheDefaultsAndChangesThem) {
  House house{.rooms = {{"hall", {.seats = 10, .doors = {}}}, {"attic", {.seats = 1, .doors = {}}}}};
  const auto root = described(house);
  const Findings findings = read_yaml(*root, "rooms:\n  hall: {doors: 2}\n  shed: {}\n", "f.yaml", {});
  EXPECT_EQ(text_of(findings.problems), "");
  EXPECT_EQ(house.rooms.size(), 3U);
  EXPECT_EQ(house.rooms.at("hall").seats, 10U);
  EXPECT_EQ(house.rooms.at("hall").doors, 2U);
}

TEST(MapOfSections, PrintsWhatReadsBack) {
  const House house{.rooms = {{"hall", {.seats = 10, .doors = 2}}, {"attic", {}}}};
  const auto loaded = load<House>(show_yaml(house), "f.yaml");
  EXPECT_TRUE(loaded.ok()) << show_yaml(house);
  EXPECT_EQ(show_yaml(loaded.settings), show_yaml(house));
  EXPECT_EQ(show_yaml(house), "rooms:\n  attic:\n    seats: 4\n  hall:\n    seats: 10\n    doors: 2\n");
}

}  // namespace
}  // namespace metricstream::config::test
