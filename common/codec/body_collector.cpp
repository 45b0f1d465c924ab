#include "common/codec/body_collector.hpp"

#include <algorithm>

namespace metricstream {

bool KeySet::insert(std::string_view key) {
  const auto next = static_cast<std::uint32_t>(keys_.size());
  const bool is_new = table_.insert(hash_(key), next, [&](std::uint32_t i) { return keys_[i] == key; }).second;
  if (is_new) keys_.push_back(key);
  return is_new;
}

BodyCollector::BodyCollector(PendingBody& body, std::uint64_t hash_seed)
    : body_(body), root_keys_(hash_seed), sample_keys_(hash_seed), inner_keys_(hash_seed), hash_(hash_seed) {}

void BodyCollector::start(const BatchLimits& limits, BodyFormat format) {
  limits_ = &limits;
  is_lines_ = format == BodyFormat::ndjson;
  max_members_ = max_members(limits);
  depth_ = 0;
  skip_depth_ = 0;
  tag_texts_.clear();
  tag_set_text_.clear();
  failure_.reset();
}

bool BodyCollector::fail(DecodeError::Kind kind, std::string_view at, std::string message) {
  failure_ = Failure{kind, at, std::move(message)};
  return false;
}

bool BodyCollector::fail_duplicate(std::string_view key) {
  return fail(DecodeError::Kind::malformed, key, "this key is there twice in one object");
}

bool BodyCollector::fail_too_many_members(std::string_view key) {
  return fail(DecodeError::Kind::too_many_members, key,
              "more than " + std::to_string(max_members_) + " members in one object");
}

// How many it has is not known: what is behind the first that is too much is not read.
bool BodyCollector::fail_too_many_samples(std::string_view at) {
  return fail(DecodeError::Kind::too_large, at,
              "the batch has more than " + std::to_string(limits_->samples) +
                  " samples, which are the most: send smaller ones");
}

void BodyCollector::enter(Place place) {
  outer_[depth_++] = place_;
  place_ = place;
}

bool BodyCollector::enter_skipped() {
  enter(Place::skip);
  skip_depth_ = 1;
  return true;
}

void BodyCollector::begin_root() {
  enter(Place::root);
  root_ = PendingSample{};
  root_seen_ = MemberSet{};
  root_keys_.clear();
  root_members_.clear();
  host_id_ = server_id_ = host_ = HostMember{};
}

void BodyCollector::begin_sample() {
  enter(Place::sample);
  sample_ = PendingSample{};
  sample_seen_ = MemberSet{};
  sample_keys_.clear();
}

bool BodyCollector::begin_tags(PendingSample& sample) {
  enter(Place::tags);
  tags_of_ = &sample;
  first_tag_ = static_cast<std::uint32_t>(body_.tags.size());
  has_copied_ = false;
  return true;
}

bool BodyCollector::begin_fields(PendingSample& sample) {
  enter(Place::fields);
  inner_keys_.clear();
  sample.first_field = static_cast<std::uint32_t>(body_.fields.size());
  return true;
}

bool BodyCollector::begin_object() {
  switch (place_) {
    case Place::skip:
      ++skip_depth_;
      return true;
    case Place::document:
      if (is_lines_) {
        begin_sample();
      } else {
        begin_root();
      }
      return true;
    case Place::elements:
      begin_sample();
      return true;
    case Place::root:
      return compound_member(root_, true);
    case Place::sample:
      return compound_member(sample_, true);
    case Place::tags:
      body_.tags.push_back({key_, {}, ValueKind::compound});
      return enter_skipped();
    case Place::fields:
      return push_field(0, ValueKind::compound) && enter_skipped();
  }
  return false;
}

bool BodyCollector::begin_array() {
  switch (place_) {
    case Place::skip:
      ++skip_depth_;
      return true;
    case Place::document:
      if (is_lines_) return push_not_an_object() && enter_skipped();
      enter(Place::elements);
      return true;
    case Place::elements:
      return push_not_an_object() && enter_skipped();
    case Place::root:
      return compound_member(root_, false);
    case Place::sample:
      return compound_member(sample_, false);
    case Place::tags:
    case Place::fields:
      return begin_object();  // one as wrong as the other
  }
  return false;
}

bool BodyCollector::compound_member(PendingSample& sample, bool is_object) {
  if (member_ == Member::tags && is_object) return begin_tags(sample);
  if (member_ == Member::fields && is_object) return begin_fields(sample);
  if (member_ == Member::metrics && !is_object) {
    enter(Place::elements);
    return true;
  }
  const Scalar value{ValueKind::compound, {}, {}};
  if (place_ == Place::root) return root_scalar(value) && enter_skipped();
  set_member(sample, value);
  return enter_skipped();
}

bool BodyCollector::end_object() {
  switch (place_) {
    case Place::skip:
      if (--skip_depth_ == 0) leave();
      return true;
    case Place::tags:
      return finish_tags();
    case Place::sample:
      leave();
      return push_sample(sample_);
    case Place::root:
      leave();
      return finish_root();
    default:
      leave();
      return true;
  }
}

bool BodyCollector::end_array() {
  if (place_ != Place::skip || --skip_depth_ == 0) leave();
  return true;
}

bool BodyCollector::key(std::string_view key) {
  key_ = key;
  switch (place_) {
    case Place::root:
      member_ = find_member(key);
      return object_member(key, root_seen_, root_keys_);
    case Place::sample:
      member_ = find_member(key);
      if (!is_sample_member(member_)) member_ = Member::unknown;
      return object_member(key, sample_seen_, sample_keys_);
    case Place::fields:
      if (!inner_keys_.insert(key)) return fail_duplicate(key);
      return inner_keys_.size() <= max_members_ || fail_too_many_members(key);
    case Place::tags:  // compared at the object's end
      if (body_.tags.size() - first_tag_ < max_members_) return true;
      return fail_too_many_members(key);
    default:
      return true;
  }
}

bool BodyCollector::object_member(std::string_view key, MemberSet& seen, KeySet& keys) {
  if (member_ != Member::unknown) return seen.insert(member_) || fail_duplicate(key);
  if (!keys.insert(key)) return fail_duplicate(key);
  if (keys.size() > max_members_) return fail_too_many_members(key);
  if (place_ == Place::sample) ++body_.unknown_members;
  return true;
}

bool BodyCollector::scalar(const Scalar& value) {
  switch (place_) {
    case Place::skip:
      return true;
    case Place::sample:
      set_member(sample_, value);
      return true;
    case Place::tags:
      body_.tags.push_back({key_, value.kind == ValueKind::string ? value.text : std::string_view(), value.kind});
      return true;
    case Place::fields:
      return field_scalar(value);
    case Place::root:
      return root_scalar(value);
    case Place::elements:
    case Place::document:  // of NDJSON: any other document begins with a bracket
      return push_not_an_object();
  }
  return false;
}

}  // namespace metricstream
