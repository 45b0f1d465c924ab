#pragma once

#include <cstdint>
#include <string_view>

// Private to the codec.
namespace metricstream {

// The members that the native format knows.
enum class Member : std::uint8_t {
  unknown,
  name,
  value,
  type,
  unit,
  timestamp,
  tags,
  fields,
  // of a body's root object only
  metrics,
  host_id,
  server_id,
  host,
  batch_id,
};

[[nodiscard]] constexpr Member find_member(std::string_view key) {
  switch (key.size()) {
    case 4:
      if (key == "name") return Member::name;
      if (key == "tags") return Member::tags;
      if (key == "type") return Member::type;
      if (key == "unit") return Member::unit;
      if (key == "host") return Member::host;
      break;
    case 5:
      if (key == "value") return Member::value;
      break;
    case 6:
      if (key == "fields") return Member::fields;
      break;
    case 7:
      if (key == "metrics") return Member::metrics;
      if (key == "host_id") return Member::host_id;
      break;
    case 8:
      if (key == "batch_id") return Member::batch_id;
      if (key == "serverId") return Member::server_id;
      break;
    case 9:
      if (key == "timestamp") return Member::timestamp;
      break;
    default:
      break;
  }
  return Member::unknown;
}

[[nodiscard]] constexpr bool is_sample_member(Member member) {
  return member >= Member::name && member <= Member::fields;
}

// A set of known members, to find one that comes twice.
class MemberSet {
 public:
  [[nodiscard]] bool insert(Member member) {
    const unsigned bit = 1U << static_cast<unsigned>(member);
    const bool is_new = (bits_ & bit) == 0;
    bits_ |= bit;
    return is_new;
  }
  [[nodiscard]] bool contains(Member member) const { return (bits_ & (1U << static_cast<unsigned>(member))) != 0; }

 private:
  unsigned bits_ = 0;
};

}  // namespace metricstream
