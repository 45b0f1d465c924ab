#include "tests/unit/aggregator/support/lives.hpp"

#include <algorithm>

namespace metricstream::fold::test {
namespace {

constexpr std::int32_t kPartition = 3;

// The log as a fold would see it that knows no keys: what it must read again are its blocks alone.
Log without_keys(const Log& log) {
  Log out = log;
  for (LoggedRecord& record : out) {
    record.key.reset();
    for (LoggedSample& sample : record.samples) {
      if (sample.placement == Placement::adjusted) sample.placement = Placement::arrival;
    }
  }
  return out;
}

std::string describe(const Written& written) {
  std::string out = written.name.series + " size " + std::to_string(written.name.size / kSecond) + "s at " +
                    std::to_string(written.name.time) + " revision " + std::to_string(written.revision);
  for (const auto& [name, value] : written.fields) out += " " + std::string(name) + "=" + std::to_string(value);
  return out;
}

}  // namespace

// One owner: from a commit to the end of the log, or to a crash.
struct Lives::Life {
  Life(const Scenario& scenario, const FoldSettings& wrong_settings, std::int64_t begin, const CommitMetadata& metadata)
      : recorder(scenario.settings),
        ignored(scenario.settings),
        live_from(metadata.live_from),
        closed_through(metadata.closed_through),
        fold(scenario.settings, kPartition, recorder,
             {{begin, metadata.stream_time}, metadata.live_from, metadata.closed_through}),
        wrong_fold(wrong_settings, kPartition, ignored,
                   {{begin, metadata.stream_time}, metadata.live_from, metadata.closed_through}) {}

  Recorder recorder;
  Recorder ignored;
  std::int64_t live_from;
  TimeNs closed_through;
  PartitionFold fold;
  PartitionFold wrong_fold;  // only where has_wrong_fold()
};

Lives::Lives(std::uint64_t seed, const Scenario& scenario, Mistake mistake)
    : scenario_(scenario),
      log_(scenario.log),
      wrong_log_(mistake == Mistake::ignores_key_pins ? without_keys(scenario.log) : scenario.log),
      wrong_decoded_(wrong_log_),
      wrong_settings_(scenario.settings),
      random_(seed),
      mistake_(mistake),
      truth_(truth_of(scenario.log, scenario.settings)) {
  if (mistake == Mistake::forgets_closed_blocks) wrong_settings_.predecessor_window = 0;
  write_reference();
}

void Lives::write_reference() {
  Recorder recorder(scenario_.settings);
  PartitionFold fold(scenario_.settings, kPartition, recorder, {});
  for (std::size_t offset = 0; offset < log_.size(); ++offset) {
    stream_times_.push_back(fold.next().stream_time);
    log_.fold_into(fold, offset);
    reference_.push_back(std::exchange(recorder.written, {}));
  }
  stream_times_.push_back(fold.next().stream_time);
}

std::string Lives::run() {
  while (!finished_) {
    if (std::string problem = live(); !problem.empty()) return problem;
  }
  return difference(truth_.points, store_);
}

std::string Lives::live() {
  const auto metadata = parse_commit_metadata(committed_);
  if (!metadata) return metadata.error().message;
  Life life(scenario_, wrong_settings_, committed_offset_, *metadata);
  for (auto offset = static_cast<std::size_t>(committed_offset_); offset < log_.size(); ++offset) {
    log_.fold_into(life.fold, offset);
    if (has_wrong_fold()) wrong_decoded_.fold_into(life.wrong_fold, offset);
    if (std::string problem = check_outputs(life, offset); !problem.empty()) return problem;
    for (Written& written : std::exchange(life.recorder.written, {})) {
      lanes_[written.lane].waiting.push_back(std::move(written));
    }
    acknowledge(offset);
    if (life.fold.replaying()) {
      ++replayed_;
    } else if (random_.chance(6)) {
      if (std::string problem = commit(life); !problem.empty()) return problem;
    }
    if (random_.below(life.fold.replaying() ? 3000 : 150) == 0) {
      crash();
      return {};
    }
  }
  for (Lane& lane : lanes_) apply_first(lane, lane.waiting.size());
  finished_ = true;
  return {};
}

std::string Lives::check_outputs(const Life& life, std::size_t offset) const {
  const std::vector<Written>& written = life.recorder.written;
  const std::string where = "offset " + std::to_string(offset) + ": ";
  if (life.fold.next().stream_time != stream_times_[offset + 1]) {
    return where + "another stream time than in the first life";
  }
  if (!life.recorder.late_samples.empty()) return where + "a late sample of " + life.recorder.late_samples[0].second;
  if (static_cast<std::int64_t>(offset) < life.live_from) {
    return written.empty() ? "" : where + "a replayed record wrote " + describe(written[0]);
  }
  const std::vector<Written>& expected = reference_[offset];
  const auto [a, b] = std::ranges::mismatch(expected, written);
  if (a == expected.end() && b == written.end()) return {};
  return where + "wrote " + (b == written.end() ? "nothing" : describe(*b)) + "\n  where the first life wrote " +
         (a == expected.end() ? "nothing" : describe(*a));
}

void Lives::acknowledge(std::size_t offset) {
  for (Lane& lane : lanes_) {
    if (offset < lane.stalled_until) continue;
    if (random_.below(300) == 0) {
      lane.stalled_until = offset + random_.below(random_.chance(15) ? 300 : 40);
    } else {
      apply_first(lane, random_.below(lane.waiting.size() + 1));
    }
  }
}

void Lives::apply_first(Lane& lane, std::size_t count) {
  for (; count > 0; --count) {
    upsert(store_, lane.waiting.front());
    lane.waiting.pop_front();
  }
}

Position Lives::durable(Position next) const {
  for (const Lane& lane : lanes_) {
    if (!lane.waiting.empty()) next = earlier(next, lane.waiting.front().cause);
  }
  return next;
}

std::string Lives::commit(Life& life) {
  const Position next = life.fold.next();
  const Position durable_at = mistake_ == Mistake::claims_undurable ? next : durable(next);
  life.fold.close(mistake_ == Mistake::closes_unsettled ? next : durable_at);
  life.wrong_fold.close(durable_at);
  const bool went_back = life.fold.closed_through() < life.closed_through;
  life.closed_through = life.fold.closed_through();
  const Position begin = begin_of(life, durable_at);
  if (went_back) return "C went back";
  if (std::string problem = check_positions(life, begin, durable_at); !problem.empty()) return problem;
  if (random_.chance(10)) return {};  // lost on its way
  CommitMetadata metadata{.stream_time = begin.stream_time,
                          .live_from = durable_at.offset,
                          .closed_through = life.closed_through,
                          .fingerprint = fingerprint("any"),
                          .fold_version = std::to_string(kFoldVersion),
                          .settings_hash = scenario_.settings.hash()};
  if (mistake_ == Mistake::forgets_stream_time) metadata.stream_time = 0;
  committed_offset_ = begin.offset;
  committed_ = encode(metadata);
  return {};
}

std::string Lives::check_positions(const Life& life, Position begin, Position durable_at) const {
  const Position next = life.fold.next();
  if (life.closed_through > std::max<TimeNs>(0, next.stream_time - scenario_.settings.horizon())) {
    return "C passed a block that may still get samples";
  }
  if (begin.offset > durable_at.offset) return "B is above n";
  if (mistake_ == Mistake::none && begin.stream_time != stream_times_[static_cast<std::size_t>(begin.offset)]) {
    return "TB is not the stream time before B";
  }
  const auto expected = std::ranges::count_if(truth_.inserted, [&](const auto& inserted) {
    return static_cast<std::int64_t>(inserted.first) < next.offset && inserted.second >= life.closed_through;
  });
  const auto actual = static_cast<std::ptrdiff_t>(life.fold.open_samples());
  if (actual == expected) return {};
  return "offset " + std::to_string(next.offset) + ": the blocks above C hold " + std::to_string(actual) +
         " samples, but should hold " + std::to_string(expected);
}

Position Lives::begin_of(const Life& life, Position durable_at) const {
  if (mistake_ == Mistake::begins_at_n) return durable_at;
  return (has_wrong_fold() ? life.wrong_fold : life.fold).replay_from(durable_at);
}

void Lives::crash() {
  ++crashes_;
  for (Lane& lane : lanes_) {
    apply_first(lane, random_.below(lane.waiting.size() + 1));
    lane.waiting.clear();
    lane.stalled_until = 0;
  }
}

}  // namespace metricstream::fold::test
