#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/result.hpp"

// Private to the codec: a whole JSON document as a tree, for small answers of other programs. Numbers keep their text,
// so that nothing of them is lost.
namespace metricstream {

struct JsonNumber {
  std::string text;
};

struct JsonMember;  // a pair would ask for the complete JsonTree too early

struct JsonMember;

struct JsonTree {
  using Array = std::vector<JsonTree>;
  using Object = std::vector<JsonMember>;
  std::variant<std::monostate, bool, JsonNumber, std::string, Array, Object> value;

  // Null where this is no object or has no such member.
  [[nodiscard]] const JsonTree* find(std::string_view key) const;
  // Empty where this is no array.
  [[nodiscard]] const Array& elements() const;
  // Null where this is no string.
  [[nodiscard]] const std::string* text() const;
};

struct JsonMember {
  std::string name;
  JsonTree value;
};

[[nodiscard]] Result<JsonTree> parse_json_tree(std::string_view json);

}  // namespace metricstream
