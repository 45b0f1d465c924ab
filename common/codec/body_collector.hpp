#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/index_table.hpp"
#include "common/codec/json_batch.hpp"
#include "common/codec/json_members.hpp"
#include "common/codec/pending_body.hpp"

// Private to the codec.
namespace metricstream {

// The keys of one object, to find one that comes twice.
class KeySet {
 public:
  explicit KeySet(std::uint64_t seed) : hash_(seed) {}
  void clear() {
    table_.clear();
    keys_.clear();
  }
  [[nodiscard]] bool insert(std::string_view key);  // false: it was there
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  SeededHash hash_;
  IndexTable table_;
  std::vector<std::string_view> keys_;
};

// A scalar as the parser saw it. `text` is a string's content or a number's text.
struct Scalar {
  ValueKind kind;
  std::string_view text;
  std::optional<std::int64_t> integer;  // of a number without fraction and exponent that fits
  bool boolean = false;
};

// Takes a body's events in their order and fills a PendingBody; knows the shapes of contract "bodies" and nothing of
// the parser. Events return false once the body is refused. Strings must stay where they are until the batch is made.
class BodyCollector {
 public:
  struct Failure {
    DecodeError::Kind kind;
    std::string_view at;  // begins where the body is wrong; without data: where the parser stands
    std::string message;
  };

  BodyCollector(PendingBody& body, std::uint64_t hash_seed);

  // Before a body; `limits` must outlive it.
  void start(const BatchLimits& limits, BodyFormat format);
  // Before each document: a body of NDJSON has several.
  void start_document() { place_ = Place::document; }

  [[nodiscard]] bool begin_object();
  [[nodiscard]] bool begin_array();
  [[nodiscard]] bool end_object();
  [[nodiscard]] bool end_array();
  [[nodiscard]] bool key(std::string_view key);
  [[nodiscard]] bool scalar(const Scalar& value);

  // True inside a member that nobody wants: its strings need not be kept.
  [[nodiscard]] bool is_skipping() const { return place_ == Place::skip; }
  // The last string was not taken from the body's own bytes (it had escapes).
  void note_copied() { has_copied_ = true; }

  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  enum class Place : std::uint8_t { document, root, elements, sample, tags, fields, skip };

  struct RootMember {
    Member member;
    PendingField field;
  };
  struct HostMember {
    std::string_view text;
    ValueKind kind = ValueKind::absent;
  };

  bool fail(DecodeError::Kind kind, std::string_view at, std::string message);
  bool fail_duplicate(std::string_view key);
  bool fail_too_many_members(std::string_view key);
  bool fail_too_many_samples(std::string_view at);
  void enter(Place place);
  void leave() { place_ = outer_[--depth_]; }
  bool enter_skipped();

  void begin_root();
  void begin_sample();
  bool begin_tags(PendingSample& sample);
  bool begin_fields(PendingSample& sample);
  bool object_member(std::string_view key, MemberSet& seen, KeySet& keys);
  bool compound_member(PendingSample& sample, bool is_object);
  void set_member(PendingSample& sample, const Scalar& value);
  bool root_scalar(const Scalar& value);
  bool set_batch_id(const Scalar& value);
  bool field_scalar(const Scalar& value);
  bool push_field(double value, ValueKind kind);
  bool finish_tags();
  [[nodiscard]] std::optional<std::string_view> duplicate_tag(std::uint32_t first);
  [[nodiscard]] std::uint32_t find_tag_set(std::uint32_t first);
  bool finish_root();
  bool finish_single();
  bool finish_flat();
  void choose_host(bool is_flat);
  bool push_sample(const PendingSample& sample);
  bool push_not_an_object();

  PendingBody& body_;
  const BatchLimits* limits_ = nullptr;
  bool is_lines_ = false;
  std::size_t max_members_ = 0;

  Place place_ = Place::document;
  std::array<Place, 8> outer_{};
  std::size_t depth_ = 0;
  std::size_t skip_depth_ = 0;

  PendingSample root_;
  PendingSample sample_;
  Member member_ = Member::unknown;  // of the root or sample object, whichever is open
  std::string_view key_;             // of the innermost object
  MemberSet root_seen_;
  MemberSet sample_seen_;
  KeySet root_keys_;
  KeySet sample_keys_;
  KeySet inner_keys_;
  std::vector<RootMember> root_members_;  // what only the end of the root object can place
  HostMember host_id_;
  HostMember server_id_;
  HostMember host_;

  PendingSample* tags_of_ = nullptr;
  std::uint32_t first_tag_ = 0;
  bool has_copied_ = false;
  SeededHash hash_;
  IndexTable tag_texts_;                        // text of a tags object -> its set
  std::vector<std::string_view> tag_set_text_;  // by set; empty where it cannot be compared by text

  std::optional<Failure> failure_;
};

}  // namespace metricstream
