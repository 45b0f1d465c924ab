#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/sample.hpp"

// What the JSON handler collects of a body and BatchAssembly makes a batch of. Members may come in any order (a batch's
// own tags behind its samples, a name behind its value), so nothing can be decided while the body is read. Private to
// the codec.
namespace metricstream {

// What stood where a value was wanted.
enum class ValueKind : std::uint8_t { absent, number, too_large, string, boolean, null, compound };

struct PendingTag {
  std::string_view key;
  std::string_view value;
  ValueKind kind = ValueKind::absent;
};

struct PendingTagSet {
  std::uint32_t first;  // into PendingBody::tags
  std::uint32_t count;
};
constexpr std::uint32_t kNoTags = UINT32_MAX;
constexpr std::uint32_t kTagsNotAnObject = UINT32_MAX - 1;

struct PendingField {
  std::string_view key;
  double value = 0;
  ValueKind kind = ValueKind::absent;
};

enum class TimeState : std::uint8_t { absent, valid, invalid };
enum class TypeState : std::uint8_t { known, unknown };

// A sample object, or a body's root object while nobody knows what it is.
struct PendingSample {
  std::string_view name;
  std::string_view unit;
  double value = 0;
  TimeNs time = 0;
  std::uint32_t tag_set = kNoTags;
  std::uint32_t first_field = 0;  // into PendingBody::fields
  std::uint32_t field_count = 0;  // without the ignored ones
  ValueKind name_kind = ValueKind::absent;
  ValueKind unit_kind = ValueKind::absent;
  ValueKind value_kind = ValueKind::absent;
  TimeState time_state = TimeState::absent;
  TypeState type_state = TypeState::known;
  MetricType type = MetricType::gauge;
  bool has_bad_fields = false;  // `fields` is not an object
  bool is_object = true;        // false: an element that is a number, a string, ...

  // Samples that it expands to; one that would give none counts as one without value, so that nothing vanishes.
  [[nodiscard]] std::uint32_t expanded() const {
    if (field_count == 0) return 1;
    return field_count + (value_kind == ValueKind::absent ? 0 : 1);
  }
};

struct PendingBody {
  std::vector<PendingSample> samples;
  std::vector<PendingField> fields;
  std::vector<PendingTag> tags;
  std::vector<PendingTagSet> tag_sets;  // equal ones once, where their text is equal

  // The defaults of a batch or flat body.
  std::uint32_t default_tag_set = kNoTags;
  TimeNs default_time = 0;
  TimeState default_time_state = TimeState::absent;

  // What gives the tag `host`, and which member named it ("host_id").
  std::string_view host;
  ValueKind host_kind = ValueKind::absent;
  const char* host_member = "host";

  std::string_view client_host;  // host_id, else serverId
  std::string_view batch_id;
  std::uint32_t expanded = 0;  // samples after expansion
  std::uint32_t unknown_members = 0;
  std::uint32_t ignored_fields = 0;

  void clear();  // keeps the memory
};

}  // namespace metricstream
