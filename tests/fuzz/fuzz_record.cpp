// Any bytes as a record: the decoder refuses them, or what it gives encodes and decodes to the same again.
#include <cstdint>
#include <string>

#include "common/codec/record.hpp"
#include "common/codec/record_json.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace metricstream;
using fuzz::require;

// Every sample with its references resolved, as text.
std::string facts_of(const Record& record) {
  std::string out;
  append_json_lines(record, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Record record;
  static Record copy;
  const std::string bytes(data, data + size);
  const auto result = decode_record(bytes, record);
  if (!result) {
    require(!result.error().message.empty());
    return 0;
  }
  require(record.schema_version >= 1 && record.schema_version <= kRecordSchemaVersion);
  std::string canonical;
  encode_record(record, canonical);
  require(decode_record(canonical, copy).has_value());
  require(facts_of(copy) == facts_of(record));
  require(copy.partitions == record.partitions && copy.max_age == record.max_age);
  std::string again;
  encode_record(copy, again);
  require(again == canonical);
  return 0;
}
