#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Private to this folder: a YAML document as a tree of 24 bytes a node in one piece of memory. yaml-cpp's own tree
// takes 500 a node (measured), which for a file of 100,000 keys is 650 MB; its parser's events are used instead.
namespace metricstream::config {

// Lines and columns count from 1.
struct YamlMark {
  int line = 0;
  int column = 0;
};

class YamlTree {
 public:
  enum class Kind : std::uint8_t { null, scalar, list, map };
  using Index = std::uint32_t;

 private:
  friend class YamlTreeBuilder;
  static constexpr Index kNone = 0xffffffff;

  struct Row {
    Index target = kNone;  // itself, or the node that an alias stands for
    Index next = kNone;    // of the same list or map
    Index first = kNone;   // child; of a scalar, where its text begins
    std::uint32_t size = 0;
    std::int32_t line = 0;
    std::uint16_t column = 0;
    Kind kind = Kind::null;
  };

 public:
  // A node and the tree that it is in; valid as long as the tree is neither changed nor moved. An alias (*name) is the
  // node that it stands for, everywhere but in mark() and next().
  class Node {
   public:
    Node(const YamlTree& tree, Index row) : tree_(&tree), row_(row) {}

    [[nodiscard]] bool is_null() const { return meant().kind == Kind::null; }
    [[nodiscard]] bool is_scalar() const { return meant().kind == Kind::scalar; }
    [[nodiscard]] bool is_list() const { return meant().kind == Kind::list; }
    [[nodiscard]] bool is_map() const { return meant().kind == Kind::map; }
    [[nodiscard]] YamlMark mark() const { return {own().line, own().column}; }
    // Of a scalar; empty for the others.
    [[nodiscard]] std::string_view text() const;
    // Entries of a list; keys and values of a map in turn.
    [[nodiscard]] std::optional<Node> first_child() const;
    [[nodiscard]] std::optional<Node> next() const;
    // Tells it from every other node of the tree.
    [[nodiscard]] Index index() const { return own().target; }

   private:
    [[nodiscard]] const Row& own() const { return tree_->rows_[row_]; }
    [[nodiscard]] const Row& meant() const { return tree_->rows_[own().target]; }

    const YamlTree* tree_;
    Index row_;
  };

  // Nothing for a document without content.
  [[nodiscard]] std::optional<Node> root() const;

 private:
  std::vector<Row> rows_;
  std::string texts_;
};

struct YamlFault {
  YamlMark mark;
  std::string message;
};

struct YamlReading {
  YamlTree tree;                   // the first document
  std::optional<YamlMark> second;  // where another one begins
  std::optional<YamlFault> fault;  // not YAML
};

// Does not throw. `text` of at most 4 GiB.
[[nodiscard]] YamlReading read_yaml_tree(std::string_view text);

}  // namespace metricstream::config
