// What a sample costs in the codec: JSON body -> batch -> record -> batch. `cpu_s_per_million` is the figure to
// compare.
#include <benchmark/benchmark.h>

#include <string>

#include "common/codec/json_batch.hpp"
#include "common/codec/record.hpp"
#include "tests/bench/codec/bodies.hpp"

namespace metricstream {
namespace {

using bench::kNow;
using bench::make_body;

void report(benchmark::State& state, std::size_t samples) {
  const double count = static_cast<double>(state.iterations()) * static_cast<double>(samples);
  state.counters["cpu_s_per_million"] =
      benchmark::Counter(count / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}

Record make_record(Batch& batch) {
  Record record;
  record.client_id = "client-1";
  record.accepted_at = kNow;
  record.partitions = 12;
  record.max_age = 75 * kMinute;
  record.key = BatchKey{"request-1", hash128("request-1")};
  record.batch = std::move(batch);
  return record;
}

void decode_json(benchmark::State& state) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  const std::string body = make_body(samples, static_cast<std::size_t>(state.range(1)));
  JsonBatchDecoder decoder;
  DecodeOptions options;
  Batch batch;
  for (auto _ : state) {
    const DecodeResult result = decoder.decode(body, kNow, options, batch);
    if (!result || result->accepted != samples) state.SkipWithError("the body was not accepted");
    benchmark::DoNotOptimize(batch.values.data());
  }
  report(state, samples);
  state.counters["bytes_per_sample"] = static_cast<double>(body.size()) / static_cast<double>(samples);
}
BENCHMARK(decode_json)->ArgNames({"samples", "hosts"})->Args({1, 1})->Args({100, 1})->Args({100, 100})->Args({1000, 1});

void encode_records(benchmark::State& state) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  const std::string body = make_body(samples, static_cast<std::size_t>(state.range(1)));
  Batch batch;
  JsonBatchDecoder decoder;
  if (!decoder.decode(body, kNow, {}, batch)) return state.SkipWithError("the body was not accepted");
  const Record record = make_record(batch);
  std::string bytes;
  for (auto _ : state) {
    encode_record(record, bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  report(state, samples);
  state.counters["bytes_per_sample"] = static_cast<double>(bytes.size()) / static_cast<double>(samples);
}
BENCHMARK(encode_records)
    ->ArgNames({"samples", "hosts"})
    ->Args({1, 1})
    ->Args({100, 1})
    ->Args({100, 100})
    ->Args({1000, 1});

void decode_records(benchmark::State& state) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  const std::string body = make_body(samples, static_cast<std::size_t>(state.range(1)));
  Batch batch;
  JsonBatchDecoder decoder;
  if (!decoder.decode(body, kNow, {}, batch)) return state.SkipWithError("the body was not accepted");
  std::string bytes;
  encode_record(make_record(batch), bytes);
  Record record;
  for (auto _ : state) {
    if (!decode_record(bytes, record)) state.SkipWithError("the record was not decoded");
    benchmark::DoNotOptimize(record.batch.values.data());
  }
  report(state, samples);
}
BENCHMARK(decode_records)
    ->ArgNames({"samples", "hosts"})
    ->Args({1, 1})
    ->Args({100, 1})
    ->Args({100, 100})
    ->Args({1000, 1});

}  // namespace
}  // namespace metricstream
