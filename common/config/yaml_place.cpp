#include "common/config/yaml_place.hpp"

#include <charconv>
#include <string>

#include "common/base/text.hpp"

namespace metricstream::config {

std::optional<YamlMark> YamlPlaces::find(std::string_view path) {
  const std::optional<Node> root = tree_.root();
  if (!root) return std::nullopt;
  std::optional<YamlMark> mark;
  std::optional<Step> next = step(*root, path);
  while (next) {
    mark = next->mark;
    std::string_view rest = next->rest;
    if (rest.starts_with('.')) rest.remove_prefix(1);
    next = rest.empty() ? std::nullopt : step(Node(next->node), rest);
  }
  return mark;
}

std::optional<YamlPlaces::Step> YamlPlaces::step(const Node& parent, std::string_view path) {
  if (parent.is_map()) return into_map(parent, path);
  return parent.is_list() ? into_list(parent, path) : std::nullopt;
}

// The longest name wins, since names may have dots: "ssl.ca" beside "ssl".
std::optional<YamlPlaces::Step> YamlPlaces::into_map(const Node& map, std::string_view path) {
  std::optional<Step> found;
  for (auto key = map.first_child(); key;) {
    const auto value = key->next();
    if (!value) break;
    const std::string name = printable(key->text());
    const bool is_longer = !found || path.size() - name.size() < found->rest.size();
    const bool is_whole = path.size() <= name.size() || path[name.size()] == '.' || path[name.size()] == '[';
    if (key->is_scalar() && path.starts_with(name) && is_whole && is_longer) {
      found.emplace(*value, value->is_scalar() ? value->mark() : key->mark(), path.substr(name.size()));
    }
    key = value->next();
  }
  return found;
}

std::optional<YamlPlaces::Step> YamlPlaces::into_list(const Node& list, std::string_view path) {
  if (!path.starts_with('[')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
  if (error != std::errc{} || end == path.data() + path.size() || *end != ']') return std::nullopt;
  const auto [cached, is_new] = entries_.try_emplace(list.index());
  if (is_new) {
    for (auto entry = list.first_child(); entry; entry = entry->next()) cached->second.push_back(*entry);
  }
  if (index >= cached->second.size()) return std::nullopt;
  const Node& entry = cached->second[index];
  return Step{entry, entry.mark(), path.substr(static_cast<std::size_t>(end + 1 - path.data()))};
}

}  // namespace metricstream::config
