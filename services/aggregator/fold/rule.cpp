#include "services/aggregator/fold/rule.hpp"

#include <algorithm>
#include <utility>

#include "common/base/glob.hpp"

namespace metricstream::fold {

bool Rule::matches(std::string_view name, std::span<const TagView> sorted_tags) const {
  if (!glob_match(name_glob, name)) return false;
  return std::ranges::all_of(tag_globs, [&](const auto& wanted) {
    return std::ranges::any_of(sorted_tags, [&](const TagView& tag) {
      return tag.first == wanted.first && glob_match(wanted.second, tag.second);
    });
  });
}

std::vector<TagView> Rule::group_tags(std::span<const TagView> sorted_tags) const {
  std::vector<TagView> out;
  for (const TagView& tag : sorted_tags) {
    const bool named = std::ranges::find(tags, tag.first) != tags.end();
    if (grouping == Grouping::none || named == (grouping == Grouping::by)) out.push_back(tag);
  }
  return out;
}

RuleSet::RuleSet(std::vector<Rule> rules) : rules_(std::move(rules)) { rules_.emplace_back(); }

std::uint32_t RuleSet::resolve(std::string_view name, std::span<const TagView> sorted_tags) const {
  std::uint32_t index = 0;
  while (!rules_[index].matches(name, sorted_tags)) ++index;  // the default rule ends the search
  return index;
}

}  // namespace metricstream::fold
