#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/index_table.hpp"
#include "common/codec/json_batch.hpp"
#include "common/codec/pending_body.hpp"
#include "common/model/series_key.hpp"

// Private to the codec.
namespace metricstream {

// Makes a batch of a collected body: expands fields{}, merges tags with their defaults, validates each sample, places
// its timestamp, and writes the good ones into columns with every string and series once. A string gets into the
// dictionary only with a sample that is accepted.
class BatchAssembly {
 public:
  explicit BatchAssembly(std::uint64_t hash_seed) : hash_(hash_seed) {}

  // `out` must be clear but for its arena, and the views in `body` must live as long as `out`.
  void assemble(const PendingBody& body, TimeNs accepted_at, const DecodeOptions& options, Batch& out,
                DecodeSummary& summary);

 private:
  // Why a sample is refused; the detail is written only for those that are listed.
  struct Refusal {
    Reason reason;
    std::string_view rule;
    std::string_view member;  // "tags", "host_id"
    std::string_view key;     // of a tag or field, else empty
    std::size_t size = 0;     // of what is too long, else 0
    std::size_t limit = 0;    // where the reason is one
  };

  // A name as it was given, checked and normalised once however many samples have it.
  struct Name {
    std::string_view given;
    std::string_view text;
    std::optional<Fault> fault;
    std::uint32_t dictionary = kNoString;
  };

  // A tag set with its defaults merged in, sorted; made when the first sample asks for it.
  struct TagSet {
    bool is_made = false;
    std::optional<Refusal> refusal;
    std::uint32_t first = 0;  // into merged_
    std::uint32_t count = 0;
    std::uint32_t canonical = kNoString;  // into canonical_, once a sample with it is accepted
  };

  // A tag set in the batch; two of a body that differ in order or spelling are one here.
  struct CanonicalSet {
    std::uint32_t first;  // into Batch::tags
    std::uint32_t count;
  };

  struct SeriesId {
    std::uint32_t name;
    std::uint32_t set;
    std::uint32_t unit;
    MetricType type;
    bool operator==(const SeriesId&) const = default;
  };

  struct PlacedTime {
    TimeNs time;
    Placement placement;
    TimeNs original;
  };

  // One sample after expansion.
  struct Candidate {
    const PendingSample& sample;
    std::string_view field;  // of fields{}, or empty
    std::string_view name;
    ValueKind kind;
    double value;
  };

  void start(const PendingBody& body);
  void expand(const PendingSample& sample);
  void take(const Candidate& candidate);
  std::string_view field_name(const PendingSample& sample, std::string_view field);
  [[nodiscard]] static Refusal fault_of(const Fault& fault, std::string_view member, std::string_view key,
                                        std::size_t size, std::size_t limit);
  [[nodiscard]] std::optional<Refusal> refuse_value(const Candidate& candidate) const;
  [[nodiscard]] std::optional<Refusal> refuse_kind(const PendingSample& sample) const;
  void refuse(std::uint32_t index, const Refusal& refusal);
  void refuse_time(std::uint32_t index, Reason reason, TimeNs distance);
  void list(std::uint32_t index, Reason reason, std::string field, std::string detail);

  Name& find_name(std::string_view given);
  TagSet& find_tags(std::uint32_t pending_set);
  void merge_tags(std::uint32_t pending_set, TagSet& set);
  [[nodiscard]] std::optional<Refusal> merge_own(std::uint32_t pending_set, std::size_t first);
  [[nodiscard]] std::optional<Refusal> merge_host(std::size_t first);
  [[nodiscard]] std::optional<Refusal> check_tag(const PendingTag& tag) const;

  [[nodiscard]] std::optional<PlacedTime> place(std::uint32_t index, const PendingSample& sample);
  void accept(std::uint32_t index, Name& name, TagSet& set, const Candidate& candidate, const PlacedTime& placed);
  std::uint32_t intern(std::string_view text);
  std::uint32_t canonical_set(TagSet& set);
  std::uint32_t find_series(const SeriesId& id);

  SeededHash hash_;
  IndexTable dictionary_;
  IndexTable name_table_;
  IndexTable canonical_table_;
  IndexTable series_table_;
  std::vector<Name> names_;
  std::vector<TagSet> tag_sets_;  // by pending set; the last is that of samples without tags of their own
  std::vector<TagView> merged_;
  std::vector<CanonicalSet> canonical_;
  std::vector<SeriesId> series_;
  std::string scratch_;

  // Of the body in hand.
  const PendingBody* body_ = nullptr;
  const DecodeOptions* options_ = nullptr;
  Batch* out_ = nullptr;
  DecodeSummary* summary_ = nullptr;
  TimeNs accepted_at_ = 0;
  std::uint32_t next_index_ = 0;
};

}  // namespace metricstream
