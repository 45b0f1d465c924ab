#include "common/config/yaml_tree.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <random>
#include <string>

#include "common/config/yaml_place.hpp"

namespace metricstream::config {
namespace {

// Everything that a tree says, by both readers in the same words.
std::string place_of(int line, int column) { return "@" + std::to_string(line) + ":" + std::to_string(column); }

std::string facts_of(const YamlTree::Node& node, int depth = 0) {
  if (depth > 20) return "...";
  std::string out = place_of(node.mark().line, node.mark().column);
  if (node.is_null()) return out + " null";
  if (node.is_scalar()) return out + " '" + std::string(node.text()) + "'";
  out += node.is_list() ? " [" : " {";
  for (auto child = node.first_child(); child; child = child->next()) out += facts_of(*child, depth + 1) + ", ";
  return out + (node.is_list() ? "]" : "}");
}

std::string facts_of(const YAML::Node& node) {
  std::string out = place_of(node.Mark().line + 1, node.Mark().column + 1);
  if (node.IsNull()) return out + " null";
  if (node.IsScalar()) return out + " '" + node.Scalar() + "'";
  out += node.IsSequence() ? " [" : " {";
  for (const auto& child : node) {
    if (node.IsSequence()) {
      out += facts_of(child) + ", ";
    } else {
      out += facts_of(child.first) + ", " + facts_of(child.second) + ", ";
    }
  }
  return out + (node.IsSequence() ? "]" : "}");
}

std::string read(const std::string& text) {
  const YamlReading reading = read_yaml_tree(text);
  if (reading.fault)
    return place_of(reading.fault->mark.line, reading.fault->mark.column) + " " + reading.fault->message;
  std::string out = reading.tree.root() ? facts_of(*reading.tree.root()) : "nothing";
  if (reading.second) out += " and " + place_of(reading.second->line, reading.second->column);
  return out;
}

// The first document, or what is wrong with it. (YAML::LoadAll never ends for some texts, ", " for one.)
std::string model(const std::string& text) {
  try {
    const YAML::Node root = YAML::Load(text);
    return root.Mark().is_null() ? "nothing" : facts_of(root);
  } catch (const YAML::Exception& error) {
    return place_of(error.mark.line + 1, error.mark.column + 1) + " " + error.msg;
  }
}

TEST(YamlTree, SaysWhatTheDocumentSays) {
  EXPECT_EQ(read("a: 1\nb: [x, ~, 'null', \"q\\n\"]\n"),
            "@1:1 {@1:1 'a', @1:4 '1', @2:1 'b', @2:4 [@2:5 'x', @2:8 null, @2:11 'null', @2:19 'q\n', ], }");
  EXPECT_EQ(read(""), "nothing");
  EXPECT_EQ(read("a: [\n"), model("a: [\n"));
}

TEST(YamlTree, AnAliasIsWhatItStandsForAtItsOwnPlace) {
  EXPECT_EQ(
      read("a: &x [1, {k: v}]\nb: *x\nc: &y text\nd: *y\n"),
      "@1:1 {@1:1 'a', @1:4 [@1:8 '1', @1:11 {@1:12 'k', @1:15 'v', }, ], "
      "@2:1 'b', @2:4 [@1:8 '1', @1:11 {@1:12 'k', @1:15 'v', }, ], @3:1 'c', @3:4 'text', @4:1 'd', @4:4 'text', }");
  EXPECT_TRUE(read("a: *x\n").contains("anchor")) << read("a: *x\n");
  EXPECT_TRUE(read("&x [*x]\n").contains("...")) << "one that holds itself is no endless loop here";
}

// yaml-cpp's own tree is the model.
TEST(YamlTree, IsThatOfTheLibraryForRandomTexts) {
  const std::string pieces[] = {"a: ",   "b: ",        "- ",      "\n",          "\n  ",  "\n    ",    "x",
                                "'q u'", "\"e\\x41\"", "[1, 2]",  "{k: v, l: }", "# c\n", "|\n  t\n",  ">-\n  f\n  g\n",
                                "~",     "null",       "---\n",   "...\n",       ", ",    "]",         "{",
                                ": ",    "? ",         "!!str 1", "\t",          "\r\n",  "100000000", "\xc3\xa4"};
  std::mt19937 random(1);
  int good = 0;
  int bad = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (unsigned count = random() % 12; count > 0; --count) text += pieces[random() % std::size(pieces)];
    const std::string expected = model(text);
    const std::string actual = read(text);
    const std::string first = actual.substr(0, actual.find(" and @"));
    const bool is_fault = read_yaml_tree(text).fault.has_value();
    if (first != expected) {
      ASSERT_TRUE(is_fault) << text << "\n" << actual << "\n" << expected;
      ++bad;  // in a document behind the first, which the model does not look at
    }
    good += !is_fault && (expected.contains('{') || expected.contains('[')) ? 1 : 0;
  }
  EXPECT_GT(good, 1000);
  EXPECT_LT(bad, 3000);
}

TEST(YamlTree, EndsForTextsThatTheLibraryReadsForEver) {
  for (const char* text : {", ", "a: 1\n, \n", "]"}) {
    const YamlReading reading = read_yaml_tree(text);
    EXPECT_TRUE(reading.second || reading.fault) << text;
  }
}

std::string found(const std::string& text, std::string_view path) {
  const YamlReading reading = read_yaml_tree(text);
  const auto mark = YamlPlaces(reading.tree).find(path);
  return mark ? place_of(mark->line, mark->column) : "nowhere";
}

TEST(YamlPlaces, AreThoseOfValuesNamesAndEntries) {
  const std::string text = "a: 1\nb:\n  c: 2\n  d:\n    - e: 3\n    - 4\n";
  EXPECT_EQ(found(text, "a"), "@1:4");
  EXPECT_EQ(found(text, "b"), "@2:1");
  EXPECT_EQ(found(text, "b.c"), "@3:6");
  EXPECT_EQ(found(text, "b.d[0]"), "@5:7");
  EXPECT_EQ(found(text, "b.d[0].e"), "@5:10");
  EXPECT_EQ(found(text, "b.d[1]"), "@6:7");
}

TEST(YamlPlaces, OfWhatIsMissingAreItsNearestParents) {
  const std::string text = "a: 1\nb:\n  c: 2\n  d:\n    - e: 3\n";
  EXPECT_EQ(found(text, "b.x.y"), "@2:1");
  EXPECT_EQ(found(text, "b.d[1].e"), "@4:3");
  EXPECT_EQ(found(text, "b.d[0].f"), "@5:7");
  EXPECT_EQ(found(text, "b.d[x]"), "@4:3");
  EXPECT_EQ(found(text, "x"), "nowhere");
  EXPECT_EQ(found(text, "aa"), "nowhere");
  EXPECT_EQ(found("", "a"), "nowhere");
}

TEST(YamlPlaces, NamesMayHaveDots) {
  const std::string text = "p:\n  ssl: 1\n  ssl.ca: 2\n  ssl.ca.location: 3\n";
  EXPECT_EQ(found(text, "p.ssl"), "@2:8");
  EXPECT_EQ(found(text, "p.ssl.ca"), "@3:11");
  EXPECT_EQ(found(text, "p.ssl.ca.location"), "@4:20");
  EXPECT_EQ(found(text, "p.ssl.cafe"), "@2:8");
}

}  // namespace
}  // namespace metricstream::config
