// BatchAssembly's tags: a sample's own, then a batch's defaults and `host` where none is given, sorted by key.
#include <algorithm>

#include "common/codec/batch_assembly.hpp"

namespace metricstream {

BatchAssembly::TagSet& BatchAssembly::find_tags(std::uint32_t pending_set) {
  const bool has_own = pending_set < body_->tag_sets.size();
  TagSet& set = has_own ? tag_sets_[pending_set] : tag_sets_.back();
  if (!set.is_made) merge_tags(pending_set, set);
  return set;
}

void BatchAssembly::merge_tags(std::uint32_t pending_set, TagSet& set) {
  set.is_made = true;
  const std::size_t first = merged_.size();
  set.refusal = merge_own(pending_set, first);
  if (!set.refusal && body_->default_tag_set == kTagsNotAnObject) {
    set.refusal = Refusal{Reason::invalid_tag, "must be an object of strings", "tags", {}};
  }
  if (!set.refusal) set.refusal = merge_own(body_->default_tag_set, first);
  if (!set.refusal) set.refusal = merge_host(first);
  const std::size_t count = merged_.size() - first;
  if (!set.refusal && count > options_->limits.tags) {
    set.refusal = Refusal{Reason::too_many_tags, "too many tags", "tags", {}, 0, options_->limits.tags};
  }
  set.first = static_cast<std::uint32_t>(first);
  set.count = static_cast<std::uint32_t>(count);
  std::sort(merged_.begin() + static_cast<std::ptrdiff_t>(first), merged_.end());
}

// Adds the tags of one object whose keys are not there yet. An empty value is no tag: a default may fill its place.
std::optional<BatchAssembly::Refusal> BatchAssembly::merge_own(std::uint32_t pending_set, std::size_t first) {
  if (pending_set >= body_->tag_sets.size()) return std::nullopt;
  const PendingTagSet& range = body_->tag_sets[pending_set];
  const std::size_t own_end = merged_.size();  // an object's own keys differ from each other already
  for (const PendingTag& tag : std::span(body_->tags).subspan(range.first, range.count)) {
    if (tag.kind == ValueKind::string && tag.value.empty()) continue;
    if (auto refusal = check_tag(tag)) return refusal;
    if (merged_.size() - first > options_->limits.tags) continue;  // too many already
    const auto earlier = std::span(merged_).subspan(first, own_end - first);
    if (std::ranges::find(earlier, tag.key, &TagView::first) == earlier.end()) merged_.emplace_back(tag.key, tag.value);
  }
  return std::nullopt;
}

std::optional<BatchAssembly::Refusal> BatchAssembly::merge_host(std::size_t first) {
  if (body_->host_kind == ValueKind::absent) return std::nullopt;
  if (body_->host_kind != ValueKind::string) {
    return Refusal{Reason::invalid_tag, "must be a string", body_->host_member, {}};
  }
  if (body_->host.empty()) return std::nullopt;
  if (const auto fault = check_tag_value(body_->host, options_->limits)) {
    return fault_of(*fault, body_->host_member, {}, body_->host.size(), options_->limits.tag_value_bytes);
  }
  const auto earlier = std::span(merged_).subspan(first);
  if (std::ranges::find(earlier, std::string_view("host"), &TagView::first) == earlier.end()) {
    merged_.emplace_back("host", body_->host);
  }
  return std::nullopt;
}

std::optional<BatchAssembly::Refusal> BatchAssembly::check_tag(const PendingTag& tag) const {
  const BatchLimits& limits = options_->limits;
  if (tag.kind != ValueKind::string) return Refusal{Reason::invalid_tag, "must be a string", "tags", tag.key};
  if (const auto fault = check_tag_key(tag.key, limits)) {
    return fault_of(*fault, "tags", tag.key, tag.key.size(), limits.tag_key_bytes);
  }
  if (const auto fault = check_tag_value(tag.value, limits)) {
    return fault_of(*fault, "tags", tag.key, tag.value.size(), limits.tag_value_bytes);
  }
  return std::nullopt;
}

std::uint32_t BatchAssembly::canonical_set(TagSet& set) {
  if (set.canonical != kNoString) return set.canonical;
  auto& tags = out_->tags;
  const auto first = static_cast<std::uint32_t>(tags.size());
  std::uint64_t mixed = set.count;
  for (const auto& [key, value] : std::span(merged_).subspan(set.first, set.count)) {
    tags.push_back({intern(key), intern(value)});
    mixed = hash_((std::uint64_t{tags.back().key} << 32U) | tags.back().value, mixed);
  }
  const auto added = [&] { return std::span(tags).subspan(first, set.count); };
  const auto next = static_cast<std::uint32_t>(canonical_.size());
  const auto [id, is_new] = canonical_table_.insert(static_cast<std::uint32_t>(mixed), next, [&](std::uint32_t i) {
    return std::ranges::equal(std::span(tags).subspan(canonical_[i].first, canonical_[i].count), added());
  });
  if (is_new) {
    canonical_.push_back({first, set.count});
  } else {
    tags.resize(first);
  }
  set.canonical = id;
  return id;
}

}  // namespace metricstream
