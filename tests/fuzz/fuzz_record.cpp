// Any bytes as a record: the decoder refuses them, or what it gives encodes and decodes to the same again, and is
// folded without harm.
#include <cstdint>
#include <string>

#include "common/codec/record.hpp"
#include "common/codec/record_json.hpp"
#include "services/aggregator/fold/partition_fold.hpp"
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

class NoOutput final : public fold::Output {
 public:
  void raw(fold::Position /*cause*/, const fold::RawPoint& /*point*/) override {}
  void window(fold::Position /*cause*/, const fold::WindowPoint& /*point*/) override {}
  void late(fold::Position /*cause*/, const fold::LateSample& /*sample*/) override {}
};

// A record that came twice counts once, and time closes what it opened.
void require_folds(const Record& record) {
  static const fold::FoldSettings settings;
  NoOutput output;
  fold::PartitionFold fold(settings, 0, output, {});
  fold.fold(0, record.accepted_at, record);
  const std::uint64_t samples = fold.open_samples();
  require(samples <= record.batch.size());
  fold.fold(1, record.accepted_at, record);
  if (record.key) require(fold.open_samples() == samples);
  Record tick;
  tick.kind = RecordKind::tick;
  tick.partitions = settings.partitions;
  fold.fold(2, record.accepted_at + 2 * settings.horizon(), tick);
  fold.close(fold.next());
  require(fold.replay_from(fold.next()).offset <= fold.next().offset);
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
  require_folds(record);
  return 0;
}
