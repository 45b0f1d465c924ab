#include "common/config/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <limits>
#include <spanstream>
#include <unordered_map>

namespace metricstream::config {

std::string_view YamlTree::Node::text() const {
  return is_scalar() ? std::string_view(tree_->texts_).substr(meant().first, meant().size) : std::string_view{};
}

std::optional<YamlTree::Node> YamlTree::Node::first_child() const {
  const bool has_children = (is_list() || is_map()) && meant().first != kNone;
  return has_children ? std::optional(Node(*tree_, meant().first)) : std::nullopt;
}

std::optional<YamlTree::Node> YamlTree::Node::next() const {
  return own().next == kNone ? std::nullopt : std::optional(Node(*tree_, own().next));
}

std::optional<YamlTree::Node> YamlTree::root() const {
  return rows_.empty() ? std::nullopt : std::optional(Node(*this, 0));
}

class YamlTreeBuilder final : public YAML::EventHandler {
 public:
  explicit YamlTreeBuilder(YamlTree& tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(mark, YamlTree::Kind::null, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const YamlTree::Index index = add(mark, YamlTree::Kind::null, YAML::NullAnchor);
    const auto target = anchors_.find(anchor);
    if (target != anchors_.end()) tree_.rows_[index].target = target->second;
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& value) override {
    YamlTree::Row& row = tree_.rows_[add(mark, YamlTree::Kind::scalar, anchor)];
    row.first = static_cast<YamlTree::Index>(tree_.texts_.size());
    row.size = static_cast<std::uint32_t>(value.size());
    tree_.texts_ += value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back({add(mark, YamlTree::Kind::list, anchor), YamlTree::kNone});
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back({add(mark, YamlTree::Kind::map, anchor), YamlTree::kNone});
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Open {
    YamlTree::Index node;
    YamlTree::Index last_child;
  };

  YamlTree::Index add(const YAML::Mark& mark, YamlTree::Kind kind, YAML::anchor_t anchor) {
    const auto index = static_cast<YamlTree::Index>(tree_.rows_.size());
    const int widest = std::numeric_limits<std::uint16_t>::max();
    tree_.rows_.push_back({.target = index,
                           .line = mark.line + 1,
                           .column = static_cast<std::uint16_t>(std::min(mark.column + 1, widest)),
                           .kind = kind});
    if (anchor != YAML::NullAnchor) anchors_[anchor] = index;
    if (open_.empty()) return index;
    Open& parent = open_.back();
    YamlTree::Index& link =
        parent.last_child == YamlTree::kNone ? tree_.rows_[parent.node].first : tree_.rows_[parent.last_child].next;
    link = index;
    parent.last_child = index;
    return index;
  }

  YamlTree& tree_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, YamlTree::Index> anchors_;
};

YamlReading read_yaml_tree(std::string_view text) {
  YamlReading out;
  try {
    std::ispanstream stream(std::span<const char>(text.data(), text.size()));
    YAML::Parser parser(stream);
    YamlTreeBuilder first(out.tree);
    if (!parser.HandleNextDocument(first)) return out;
    YamlTree rest;
    YamlTreeBuilder second(rest);
    if (parser.HandleNextDocument(second)) out.second = rest.root() ? rest.root()->mark() : YamlMark{1, 1};
  } catch (const YAML::Exception& error) {
    out.fault = {{error.mark.line + 1, error.mark.column + 1}, error.msg};
  }
  return out;
}

}  // namespace metricstream::config
