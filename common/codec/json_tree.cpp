#include "common/codec/json_tree.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace metricstream {
namespace {

using boost::json::error_code;

class TreeBuilder {
 public:
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return open(JsonTree::Array{}); }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_object_begin(error_code&) { return open(JsonTree::Object{}); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(std::string_view part, std::size_t, error_code&) { return keep(part); }
  bool on_key(std::string_view last, std::size_t, error_code&) {
    keys_.back() = take(last);
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, error_code&) { return keep(part); }
  bool on_string(std::string_view last, std::size_t, error_code&) { return add({take(last)}); }
  bool on_number_part(std::string_view part, error_code&) { return keep(part); }
  bool on_int64(std::int64_t, std::string_view last, error_code&) { return add({JsonNumber{take(last)}}); }
  bool on_uint64(std::uint64_t, std::string_view last, error_code&) { return add({JsonNumber{take(last)}}); }
  bool on_double(double, std::string_view last, error_code&) { return add({JsonNumber{take(last)}}); }
  bool on_bool(bool value, error_code&) { return add({value}); }
  bool on_null(error_code&) { return add({}); }
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }

  [[nodiscard]] JsonTree root() && { return std::move(root_); }

 private:
  bool keep(std::string_view part) {
    parts_ += part;
    return true;
  }
  std::string take(std::string_view last) {
    parts_ += last;
    return std::exchange(parts_, {});
  }
  template <class Container>
  bool open(Container container) {
    open_.push_back({std::move(container)});
    keys_.emplace_back();
    return true;
  }
  bool close() {
    JsonTree done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(done));
  }
  bool add(JsonTree value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* array = std::get_if<JsonTree::Array>(&open_.back().value)) {
      array->push_back(std::move(value));
    } else {
      std::get<JsonTree::Object>(open_.back().value).push_back({std::move(keys_.back()), std::move(value)});
    }
    return true;
  }

  JsonTree root_;
  std::vector<JsonTree> open_;
  std::vector<std::string> keys_;  // of each open container, the member that comes next
  std::string parts_;
};

}  // namespace

const JsonTree* JsonTree::find(std::string_view key) const {
  const auto* object = std::get_if<Object>(&value);
  if (object == nullptr) return nullptr;
  for (const auto& [name, member] : *object) {
    if (name == key) return &member;
  }
  return nullptr;
}

const JsonTree::Array& JsonTree::elements() const {
  static const Array kNone;
  const auto* array = std::get_if<Array>(&value);
  return array == nullptr ? kNone : *array;
}

Result<JsonTree> parse_json_tree(std::string_view json) {
  boost::json::basic_parser<TreeBuilder> parser{boost::json::parse_options{}};
  error_code ec;
  const std::size_t used = parser.write_some(false, json.data(), json.size(), ec);
  if (!ec && json.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
    return fail("more behind the JSON document at byte " + std::to_string(used));
  }
  if (ec) return fail("not valid JSON at byte " + std::to_string(used) + ": " + ec.message());
  return std::move(parser.handler()).root();
}

const std::string* JsonTree::text() const { return std::get_if<std::string>(&value); }

}  // namespace metricstream
