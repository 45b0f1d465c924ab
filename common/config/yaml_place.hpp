#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/config/yaml_tree.hpp"

// Private to this folder.
namespace metricstream::config {

// Where settings stand in a document. Paths are those of messages: "time.max_age", "windows[1].size".
class YamlPlaces {
 public:
  // `tree` must outlive this.
  explicit YamlPlaces(const YamlTree& tree) : tree_(tree) {}

  // A value that is one scalar stands at itself, any other at its name, an entry of a list at its beginning. What is
  // not in the document stands where its nearest parent does; nothing where not even that is there.
  [[nodiscard]] std::optional<YamlMark> find(std::string_view path);

 private:
  using Node = YamlTree::Node;

  struct Step {
    Node node;
    YamlMark mark;
    std::string_view rest;  // of the path, with its dot or bracket
  };

  [[nodiscard]] std::optional<Step> step(const Node& parent, std::string_view path);
  [[nodiscard]] static std::optional<Step> into_map(const Node& map, std::string_view path);
  [[nodiscard]] std::optional<Step> into_list(const Node& list, std::string_view path);

  const YamlTree& tree_;
  std::unordered_map<YamlTree::Index, std::vector<Node>> entries_;  // of the lists that were asked for
};

}  // namespace metricstream::config
