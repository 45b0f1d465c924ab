// What a sample costs in the fold: 100,000 series, each a sample every ten seconds, in decoded batches of 100 samples.
// `cpu_s_per_million` is the figure to compare; `update` is taking samples in, `minute` also the results of each minute
// and the forgetting of old ones.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "services/aggregator/fold/partition_fold.hpp"

namespace metricstream::fold {
namespace {

constexpr TimeNs kBegin = 1'737'000'000 * kSecond;
constexpr std::size_t kHosts = 1000;
constexpr std::size_t kSamples = 100;  // a batch
constexpr TimeNs kInterval = 10 * kSecond;

class NoOutput final : public Output {
 public:
  void raw(Position, const RawPoint& point) override { benchmark::DoNotOptimize(point.value); }
  void window(Position, const WindowPoint& point) override { benchmark::DoNotOptimize(point.fields.data()); }
  void late(Position, const LateSample&) override {}
};

// One batch a host, as its agent sends it: the same series every time.
class Fleet {
 public:
  explicit Fleet(MetricType type) {
    for (std::size_t host = 0; host < kHosts; ++host) records_.push_back(make(host, type));
    std::mt19937_64 random(7);
    std::ranges::shuffle(records_, random);
  }

  // All hosts send once; a sample's time is just before `now`.
  void send(PartitionFold& fold, TimeNs now) {
    for (Record& record : records_) {
      record.accepted_at = now;
      std::ranges::fill(record.batch.timestamps, now - kSecond);
      std::ranges::for_each(record.batch.values, [](double& value) { value += 1.25; });
      key_ = hash128(std::to_string(++sent_));
      record.key = BatchKey{"agent-0123456789", key_};
      fold.fold(fold.next().offset, now, record);
    }
  }

 private:
  Record make(std::size_t host, MetricType type) {
    Record out;
    out.client_id = clients_.emplace_back("client-" + std::to_string(host % 10));
    out.attributes = {{"datacenter", "eu-west-1"}};
    Batch& batch = out.batch;
    batch.dictionary = {"host", batch.arena.store("web-" + std::to_string(host)), "env", "production", "role", "api"};
    for (std::uint32_t i = 0; i < kSamples; ++i) {
      const auto first_tag = static_cast<std::uint32_t>(batch.tags.size());
      batch.dictionary.push_back(batch.arena.store("system.metric." + std::to_string(i)));
      batch.tags.insert(batch.tags.end(), {{2, 3}, {0, 1}, {4, 5}});
      batch.series.push_back({.name = 6 + i, .first_tag = first_tag, .tag_count = 3, .type = type});
      batch.sample_series.push_back(i);
      batch.timestamps.push_back(0);
      batch.values.push_back(i);
      batch.indexes.push_back(i);
    }
    return out;
  }

  std::deque<std::string> clients_;
  std::vector<Record> records_;
  Hash128 key_;
  std::uint64_t sent_ = 0;
};

void report(benchmark::State& state, std::size_t rounds) {
  const double count = static_cast<double>(state.iterations()) * static_cast<double>(rounds * kHosts * kSamples);
  state.counters["cpu_s_per_million"] =
      benchmark::Counter(count / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

FoldSettings settings_without_raw() {
  FoldSettings out;
  Rule rule;
  rule.raw = false;
  out.rules = RuleSet({rule});
  out.max_age = 5 * kMinute;  // keeps the benchmark's memory small
  return out;
}

void update(benchmark::State& state) {
  FoldSettings settings = settings_without_raw();
  settings.windows = {{10 * kMinute, kMinute}};
  Fleet fleet(MetricType::gauge);
  NoOutput output;
  PartitionFold fold(settings, 0, output, {});
  TimeNs now = kBegin + kSecond;
  for (auto _ : state) fleet.send(fold, now += kInterval);
  report(state, 1);
}

void minute(benchmark::State& state) {
  const FoldSettings settings = state.range(1) == 0 ? settings_without_raw() : FoldSettings();
  Fleet fleet(static_cast<MetricType>(state.range(0)));
  NoOutput output;
  PartitionFold fold(settings, 0, output, {});
  TimeNs now = kBegin;
  for (auto _ : state) {
    for (TimeNs end = now + kMinute; now < end; now += kInterval) fleet.send(fold, now);
    fold.close(fold.next());
  }
  report(state, static_cast<std::size_t>(kMinute / kInterval));
}

BENCHMARK(update)->Iterations(50)->Unit(benchmark::kMillisecond);
BENCHMARK(minute)
    ->ArgNames({"type", "raw"})
    ->Args({0, 0})
    ->Args({1, 0})
    ->Args({2, 0})
    ->Iterations(12)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace metricstream::fold
