// What BodyCollector does where an object ends: only then is it known what its members meant.
#include "common/codec/body_collector.hpp"

namespace metricstream {
namespace {

// Up to this number of tags comparing each with each is cheaper than a table.
constexpr std::size_t kPairwiseTags = 8;

}  // namespace

bool BodyCollector::finish_tags() {
  leave();
  const auto count = static_cast<std::uint32_t>(body_.tags.size()) - first_tag_;
  tags_of_->tag_set = count == 0 ? kNoTags : find_tag_set(first_tag_);
  if (tags_of_->tag_set < body_.tag_sets.size()) return true;
  if (count == 0) return true;
  if (const auto twice = duplicate_tag(first_tag_)) return fail_duplicate(*twice);
  body_.tag_sets.push_back({first_tag_, count});
  return true;
}

// The set whose object had the very same text, so that the tags of a thousand samples of one host are looked at once;
// the new tags are dropped again. Else the number that the new set will get.
std::uint32_t BodyCollector::find_tag_set(std::uint32_t first) {
  const auto next = static_cast<std::uint32_t>(body_.tag_sets.size());
  const PendingTag& last = body_.tags.back();
  std::string_view text;
  std::uint32_t found = next;
  if (!has_copied_ && last.kind == ValueKind::string) {
    const char* const begin = body_.tags[first].key.data();
    text = {begin, static_cast<std::size_t>(last.value.data() + last.value.size() - begin)};
    const auto is_equal = [&](std::uint32_t set) { return tag_set_text_[set] == text; };
    if (next > 0 && is_equal(next - 1)) {
      found = next - 1;
    } else {
      found = tag_texts_.insert(hash_(text), next, is_equal).first;
    }
  }
  if (found == next) {
    tag_set_text_.push_back(text);
  } else {
    body_.tags.resize(first);
  }
  return found;
}

std::optional<std::string_view> BodyCollector::duplicate_tag(std::uint32_t first) {
  const auto& tags = body_.tags;
  if (tags.size() - first <= kPairwiseTags) {
    for (std::size_t i = first + 1; i < tags.size(); ++i) {
      for (std::size_t k = first; k < i; ++k) {
        if (tags[i].key == tags[k].key) return tags[i].key;
      }
    }
    return std::nullopt;
  }
  inner_keys_.clear();
  for (std::size_t i = first; i < tags.size(); ++i) {
    if (!inner_keys_.insert(tags[i].key)) return tags[i].key;
  }
  return std::nullopt;
}

bool BodyCollector::finish_root() {
  const bool is_batch = root_seen_.contains(Member::metrics);
  const bool is_flat = !is_batch && !root_seen_.contains(Member::name);
  choose_host(is_flat);
  if (!is_batch && !is_flat) return finish_single();
  const bool has_fields_object = root_seen_.contains(Member::fields) && !root_.has_bad_fields;
  body_.unknown_members += has_fields_object ? 1U : 0U;  // `fields` means something beside a name only
  body_.default_tag_set = root_.tag_set;
  body_.default_time = root_.time;
  body_.default_time_state = root_.time_state;
  if (is_flat) return finish_flat();
  body_.unknown_members += static_cast<std::uint32_t>(root_members_.size());
  return true;
}

bool BodyCollector::finish_single() {
  for (const RootMember& entry : root_members_) {
    if (!is_sample_member(entry.member)) ++body_.unknown_members;
  }
  return push_sample(root_);
}

bool BodyCollector::finish_flat() {
  for (const RootMember& entry : root_members_) {
    const bool is_number = entry.field.kind == ValueKind::number || entry.field.kind == ValueKind::too_large;
    if (entry.member == Member::host) continue;
    if (!is_number) {
      ++body_.unknown_members;
      continue;
    }
    PendingSample sample;
    sample.name = entry.field.key;
    sample.name_kind = ValueKind::string;
    sample.value = entry.field.value;
    sample.value_kind = entry.field.kind;
    if (!push_sample(sample)) return false;
  }
  return true;
}

void BodyCollector::choose_host(bool is_flat) {
  const auto is_given = [](const HostMember& host) { return host.kind != ValueKind::absent; };
  const auto choose = [&](const HostMember& host, const char* member) {
    body_.host = host.text;
    body_.host_kind = host.kind;
    body_.host_member = member;
  };
  if (is_flat && is_given(host_)) choose(host_, "host");
  if (is_given(server_id_)) choose(server_id_, "serverId");
  if (is_given(host_id_)) choose(host_id_, "host_id");
  if (host_id_.kind == ValueKind::string) {
    body_.client_host = host_id_.text;
  } else if (server_id_.kind == ValueKind::string) {
    body_.client_host = server_id_.text;
  }
}

bool BodyCollector::push_sample(const PendingSample& sample) {
  body_.expanded += sample.expanded();
  if (body_.expanded > limits_->samples) return fail_too_many_samples({});
  body_.samples.push_back(sample);
  return true;
}

bool BodyCollector::push_not_an_object() {
  PendingSample sample;
  sample.is_object = false;
  return push_sample(sample);
}

}  // namespace metricstream
