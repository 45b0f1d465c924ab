#include "common/codec/batch_assembly.hpp"

#include <chrono>
#include <utility>

#include "common/base/duration.hpp"
#include "common/base/text.hpp"

namespace metricstream {
namespace {

// For messages: whole seconds, or the exact duration where it is below one.
std::string duration_text(TimeNs duration) {
  return format_duration(std::chrono::nanoseconds(duration < kSecond ? duration : duration / kSecond * kSecond));
}

}  // namespace

void BatchAssembly::assemble(const PendingBody& body, TimeNs accepted_at, const DecodeOptions& options, Batch& out,
                             DecodeSummary& summary) {
  body_ = &body;
  options_ = &options;
  out_ = &out;
  summary_ = &summary;
  accepted_at_ = accepted_at;
  start(body);
  for (const PendingSample& sample : body.samples) expand(sample);
  summary.received = next_index_;
  summary.accepted = static_cast<std::uint32_t>(out.size());
  summary.rejected = summary.received - summary.accepted;
}

void BatchAssembly::start(const PendingBody& body) {
  next_index_ = 0;
  dictionary_.clear();
  name_table_.clear();
  canonical_table_.clear();
  series_table_.clear();
  names_.clear();
  tag_sets_.assign(body.tag_sets.size() + 1, TagSet{});
  merged_.clear();
  canonical_.clear();
  series_.clear();
  out_->sample_series.reserve(body.expanded);
  out_->timestamps.reserve(body.expanded);
  out_->values.reserve(body.expanded);
  out_->indexes.reserve(body.expanded);
}

void BatchAssembly::expand(const PendingSample& sample) {
  if (sample.value_kind != ValueKind::absent || sample.field_count == 0) {
    take({sample, {}, sample.name, sample.value_kind, sample.value});
  }
  for (std::uint32_t i = 0; i < sample.field_count; ++i) {
    const PendingField& field = body_->fields[sample.first_field + i];
    take({sample, field.key, field_name(sample, field.key), field.kind, field.value});
  }
}

// `name_field`, or `name` alone for the field `value`. The view is good until the next call.
std::string_view BatchAssembly::field_name(const PendingSample& sample, std::string_view field) {
  if (field == "value") return sample.name;
  scratch_ = sample.name;
  scratch_ += '_';
  scratch_ += field;
  return scratch_;
}

// The order of the checks is fixed, so that a sample's reason does not depend on the order of its members.
void BatchAssembly::take(const Candidate& candidate) {
  const std::uint32_t index = next_index_++;
  const PendingSample& sample = candidate.sample;
  if (const auto refusal = refuse_value(candidate)) return refuse(index, *refusal);
  Name& name = find_name(candidate.name);
  if (name.fault)
    return refuse(index, fault_of(*name.fault, "name", {}, name.text.size(), options_->limits.name_bytes));
  if (const auto refusal = refuse_kind(sample)) return refuse(index, *refusal);
  TagSet& set = find_tags(sample.tag_set);
  if (sample.tag_set == kTagsNotAnObject) {
    return refuse(index, {Reason::invalid_tag, "must be an object of strings", "tags", {}});
  }
  if (set.refusal) return refuse(index, *set.refusal);
  if (const auto placed = place(index, sample)) accept(index, name, set, candidate, *placed);
}

BatchAssembly::Refusal BatchAssembly::fault_of(const Fault& fault, std::string_view member, std::string_view key,
                                               std::size_t size, std::size_t limit) {
  const bool is_length = fault.reason == Reason::name_too_long || fault.reason == Reason::tag_key_too_long ||
                         fault.reason == Reason::tag_value_too_long;
  return {fault.reason, fault.rule, member, key, is_length ? size : 0, is_length ? limit : 0};
}

std::optional<BatchAssembly::Refusal> BatchAssembly::refuse_value(const Candidate& candidate) const {
  const PendingSample& sample = candidate.sample;
  if (!sample.is_object) return Refusal{Reason::missing_name, "expected a sample object with name and value", "", {}};
  if (sample.name_kind == ValueKind::absent) return Refusal{Reason::missing_name, "a sample needs a name", "name", {}};
  if (sample.name_kind != ValueKind::string) return Refusal{Reason::invalid_name, "must be a string", "name", {}};
  if (sample.has_bad_fields) return Refusal{Reason::invalid_value, "must be an object of numbers", "fields", {}};
  const std::string_view member = candidate.field.data() == nullptr ? "value" : "fields";
  switch (candidate.kind) {
    case ValueKind::number:
      return std::nullopt;
    case ValueKind::absent:
      return Refusal{Reason::missing_value, "a sample needs a value, or fields with a number", "value", {}};
    case ValueKind::too_large:
      return Refusal{Reason::value_out_of_range, "is too large for a 64-bit floating point number", member,
                     candidate.field};
    default:
      return Refusal{Reason::invalid_value, "must be a number", member, candidate.field};
  }
}

std::optional<BatchAssembly::Refusal> BatchAssembly::refuse_kind(const PendingSample& sample) const {
  if (sample.type_state == TypeState::unknown) {
    return Refusal{Reason::unknown_type,
                   "must be gauge, counter, histogram, or histogram's other names timer, distribution, summary",
                   "type",
                   {}};
  }
  if (sample.unit_kind == ValueKind::absent) return std::nullopt;
  if (sample.unit_kind != ValueKind::string) return Refusal{Reason::invalid_unit, "must be a string", "unit", {}};
  if (const auto fault = check_unit(sample.unit)) return Refusal{fault->reason, fault->rule, "unit", {}};
  return std::nullopt;
}

void BatchAssembly::list(std::uint32_t index, Reason reason, std::string field, std::string detail) {
  summary_->rejections.push_back({index, reason, std::move(field), std::move(detail)});
}

void BatchAssembly::refuse(std::uint32_t index, const Refusal& refusal) {
  ++summary_->by_reason[static_cast<std::size_t>(refusal.reason)];
  if (summary_->rejections.size() >= DecodeSummary::kMaxListed) return;
  std::string field(refusal.member);
  if (refusal.key.data() != nullptr) field += "." + printable(refusal.key, 64);
  std::string detail(refusal.rule);
  if (refusal.size != 0) detail += ": " + std::to_string(refusal.size) + " bytes";
  if (refusal.limit != 0) detail += ", at most " + std::to_string(refusal.limit);
  list(index, refusal.reason, std::move(field), std::move(detail));
}

// `distance` is how far from the acceptance time the timestamp lies.
void BatchAssembly::refuse_time(std::uint32_t index, Reason reason, TimeNs distance) {
  ++summary_->by_reason[static_cast<std::size_t>(reason)];
  if (summary_->rejections.size() >= DecodeSummary::kMaxListed) return;
  std::string detail;
  if (reason == Reason::invalid_timestamp) {
    detail = "must be a Unix time in s, ms, us or ns, or RFC 3339 with an offset such as Z or +01:00";
  } else if (reason == Reason::too_old) {
    detail = duration_text(distance) + " old, at most " + duration_text(options_->time.max_age);
  } else {
    detail =
        duration_text(distance) + " ahead of the server's clock, at most " + duration_text(options_->time.max_future);
    if (reason == Reason::adjusted_future) detail += "; stored with the time of acceptance";
  }
  list(index, reason, "timestamp", std::move(detail));
}

std::optional<BatchAssembly::PlacedTime> BatchAssembly::place(std::uint32_t index, const PendingSample& sample) {
  const bool has_own = sample.time_state != TimeState::absent;
  const TimeState state = has_own ? sample.time_state : body_->default_time_state;
  const TimeNs time = has_own ? sample.time : body_->default_time;
  const TimeNs arrival = accepted_at_ + index;
  if (state == TimeState::absent) return PlacedTime{arrival, Placement::arrival, 0};
  if (state == TimeState::invalid) {
    refuse_time(index, Reason::invalid_timestamp, 0);
    return std::nullopt;
  }
  if (time < accepted_at_ - options_->time.max_age) {
    refuse_time(index, Reason::too_old, accepted_at_ - time);
    return std::nullopt;
  }
  if (time <= accepted_at_ + options_->time.max_future) return PlacedTime{time, Placement::own, 0};
  if (options_->time.future == FuturePolicy::reject) {
    refuse_time(index, Reason::too_new, time - accepted_at_);
    return std::nullopt;
  }
  refuse_time(index, Reason::adjusted_future, time - accepted_at_);
  return PlacedTime{arrival, Placement::adjusted, time};
}

void BatchAssembly::accept(std::uint32_t index, Name& name, TagSet& set, const Candidate& candidate,
                           const PlacedTime& placed) {
  const PendingSample& sample = candidate.sample;
  if (name.dictionary == kNoString) name.dictionary = intern(name.text);
  const std::uint32_t unit = sample.unit.empty() ? kNoString : intern(sample.unit);
  const auto position = static_cast<std::uint32_t>(out_->size());
  out_->sample_series.push_back(find_series({name.dictionary, canonical_set(set), unit, sample.type}));
  out_->timestamps.push_back(placed.time);
  out_->values.push_back(candidate.value);
  out_->indexes.push_back(index);
  if (placed.placement == Placement::adjusted) {
    out_->adjusted.push_back({position, placed.original});
    ++summary_->adjusted;
  } else if (placed.placement == Placement::arrival) {
    out_->arrivals.push_back(position);
  }
  if (placed.placement == Placement::arrival || is_observation(sample.type)) summary_->only_timed_readings = false;
}

BatchAssembly::Name& BatchAssembly::find_name(std::string_view given) {
  const auto next = static_cast<std::uint32_t>(names_.size());
  const auto [i, is_new] =
      name_table_.insert(hash_(given), next, [&](std::uint32_t at) { return names_[at].given == given; });
  if (!is_new) return names_[i];

  Name name;
  const bool is_composed = given.data() == scratch_.data();
  name.given = is_composed ? out_->arena.store(given) : given;
  name.text = name.given;
  if (needs_normalizing(given, options_->names)) {
    std::string normal;
    normalize_name(given, options_->names, normal);
    name.text = out_->arena.store(normal);
  }
  name.fault = check_name(name.text, options_->limits);
  return names_.emplace_back(name);
}

std::uint32_t BatchAssembly::intern(std::string_view text) {
  auto& dictionary = out_->dictionary;
  const auto next = static_cast<std::uint32_t>(dictionary.size());
  const auto [id, is_new] =
      dictionary_.insert(hash_(text), next, [&](std::uint32_t i) { return dictionary[i] == text; });
  if (is_new) dictionary.push_back(text);
  return id;
}

std::uint32_t BatchAssembly::find_series(const SeriesId& id) {
  const auto next = static_cast<std::uint32_t>(series_.size());
  const std::uint64_t low = (std::uint64_t{id.name} << 32U) | id.set;
  const std::uint64_t high = (std::uint64_t{id.unit} << 8U) | static_cast<std::uint64_t>(id.type);
  const auto [row, is_new] =
      series_table_.insert(hash_(low, high), next, [&](std::uint32_t i) { return series_[i] == id; });
  if (!is_new) return row;
  series_.push_back(id);
  const CanonicalSet& set = canonical_[id.set];
  out_->series.push_back(
      {.name = id.name, .unit = id.unit, .first_tag = set.first, .tag_count = set.count, .type = id.type});
  return row;
}

}  // namespace metricstream
