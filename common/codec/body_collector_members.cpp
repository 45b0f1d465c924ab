// What BodyCollector notes of a value, by the member that it belongs to.
#include "common/base/rfc3339.hpp"
#include "common/codec/body_collector.hpp"
#include "common/codec/number_text.hpp"
#include "common/codec/record.hpp"

namespace metricstream {
namespace {

static_assert(kMaxRfc3339Time <= kMaxRecordTime);

double exact_double(const Scalar& number, ValueKind& kind) {
  kind = ValueKind::number;
  if (number.integer && *number.integer != 0) return static_cast<double>(*number.integer);
  const std::optional<double> value = parse_double(number.text);  // also of "-0"
  if (!value) kind = ValueKind::too_large;
  return value.value_or(0);
}

}  // namespace

void BodyCollector::set_member(PendingSample& sample, const Scalar& value) {
  switch (member_) {
    case Member::name:
      sample.name = value.text;
      sample.name_kind = value.kind;
      break;
    case Member::value:
      sample.value_kind = value.kind;
      if (value.kind == ValueKind::number) sample.value = exact_double(value, sample.value_kind);
      break;
    case Member::type: {
      const auto type = value.kind == ValueKind::string ? parse_metric_type(value.text) : std::nullopt;
      sample.type_state = type ? TypeState::known : TypeState::unknown;
      sample.type = type.value_or(MetricType::gauge);
      break;
    }
    case Member::unit:
      sample.unit = value.text;
      sample.unit_kind = value.kind;
      break;
    case Member::timestamp: {
      std::optional<TimeNs> time;
      if (value.integer) {
        time = parse_unix_time(*value.integer);
      } else if (value.kind == ValueKind::number) {
        time = parse_unix_time(value.text);
      } else if (value.kind == ValueKind::string) {
        time = parse_rfc3339(value.text);
      }
      sample.time_state = time ? TimeState::valid : TimeState::invalid;
      sample.time = time.value_or(0);
      break;
    }
    case Member::tags:
      sample.tag_set = kTagsNotAnObject;
      break;
    case Member::fields:
      sample.has_bad_fields = true;
      break;
    default:
      break;
  }
}

bool BodyCollector::root_scalar(const Scalar& value) {
  switch (member_) {
    case Member::timestamp:
    case Member::tags:
      set_member(root_, value);
      return true;
    case Member::host_id:
      host_id_ = {value.text, value.kind};
      return true;
    case Member::server_id:
      server_id_ = {value.text, value.kind};
      return true;
    case Member::metrics:
      return fail(DecodeError::Kind::malformed, {}, "`metrics` must be an array of samples");
    case Member::batch_id:
      return set_batch_id(value);
    case Member::host:
      host_ = {value.text, value.kind};
      break;
    default:
      set_member(root_, value);
      break;
  }
  RootMember entry{member_, {key_, 0, value.kind}};
  if (value.kind == ValueKind::number) entry.field.value = exact_double(value, entry.field.kind);
  root_members_.push_back(entry);
  return true;
}

bool BodyCollector::set_batch_id(const Scalar& value) {
  if (value.kind != ValueKind::string || !is_batch_key(value.text, *limits_)) {
    return fail(DecodeError::Kind::malformed, {},
                "`batch_id` must be a string of 1 to " + std::to_string(limits_->batch_key_bytes) +
                    " printable ASCII characters");
  }
  body_.batch_id = value.text;
  return true;
}

bool BodyCollector::field_scalar(const Scalar& value) {
  switch (value.kind) {
    case ValueKind::string:
      ++body_.ignored_fields;
      return true;
    case ValueKind::boolean:
      return push_field(value.boolean ? 1 : 0, ValueKind::number);
    case ValueKind::number: {
      ValueKind kind = ValueKind::number;
      const double number = exact_double(value, kind);
      return push_field(number, kind);
    }
    default:
      return push_field(0, value.kind);
  }
}

bool BodyCollector::push_field(double value, ValueKind kind) {
  PendingSample& sample = outer_[depth_ - 1] == Place::root ? root_ : sample_;
  body_.fields.push_back({key_, value, kind});
  ++sample.field_count;
  if (sample.field_count <= limits_->samples) return true;
  return fail_too_many_samples(key_);
}

}  // namespace metricstream
