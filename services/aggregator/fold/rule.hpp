#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/series_key.hpp"
#include "services/aggregator/fold/field.hpp"

namespace metricstream::fold {

enum class Grouping : std::uint8_t {
  none,     // each series by itself
  by,       // keep only the named tags
  without,  // drop the named tags
};

// What happens to the series it matches. The first matching rule wins; a series that no rule matches takes the default.
struct Rule {
  std::string name_glob = "*";
  std::map<std::string, std::string> tag_globs;  // every named tag must be there and match
  std::vector<TimeNs> sizes;                     // of the configured ones; empty: all
  std::vector<Field> fields;                     // empty: default_fields(), and `increase` for counters
  Grouping grouping = Grouping::none;
  std::vector<std::string> tags;  // of `by` or `without`
  bool raw = true;                // write each sample to the raw policy as well
  bool drop = false;              // count the samples as dropped, keep nothing

  [[nodiscard]] bool matches(std::string_view name, std::span<const TagView> sorted_tags) const;
  // The tags of the group that a series with these tags belongs to; sorted as they came.
  [[nodiscard]] std::vector<TagView> group_tags(std::span<const TagView> sorted_tags) const;
};

// The rules in order; the last one is always the default rule, which matches everything.
class RuleSet {
 public:
  RuleSet() : RuleSet(std::vector<Rule>{}) {}
  explicit RuleSet(std::vector<Rule> rules);

  [[nodiscard]] std::uint32_t resolve(std::string_view name, std::span<const TagView> sorted_tags) const;
  [[nodiscard]] const Rule& at(std::uint32_t index) const { return rules_[index]; }
  [[nodiscard]] std::size_t size() const { return rules_.size(); }

 private:
  std::vector<Rule> rules_;
};

}  // namespace metricstream::fold
