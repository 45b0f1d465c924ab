// What inflating a body costs: the sizes that agents send, at the compression that common clients use, and a bomb.
#include <benchmark/benchmark.h>

#include <string>

#include "common/gzip/compressor.hpp"
#include "common/gzip/inflater.hpp"
#include "tests/bench/codec/bodies.hpp"

namespace metricstream {
namespace {

std::string gzipped(const std::string& body, int level) {
  gzip::Compressor compressor(level);
  std::string out;
  compressor.compress(body, out);
  return out;
}

void inflate(benchmark::State& state, const std::string& body, const gzip::InflateLimits& limits, bool accepted) {
  gzip::Inflater inflater;
  std::string out;
  for (auto _ : state) {
    if (inflater.inflate(body, limits, out).has_value() != accepted) state.SkipWithError("another verdict");
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["compressed_bytes"] = static_cast<double>(body.size());
}

// 100 samples are 17 KB.
void inflate_body(benchmark::State& state) {
  const std::string body = bench::make_body(static_cast<std::size_t>(state.range(0)), 1);
  inflate(state, gzipped(body, static_cast<int>(state.range(1))), {}, true);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(inflate_body)->ArgNames({"samples", "level"})->ArgsProduct({{1, 100, 1000}, {1, 6}});

// 1 MiB that would inflate to 1 GiB: refused at the bound.
void inflate_bomb(benchmark::State& state) {
  inflate(state, gzipped(std::string(std::size_t{1} << 30U, '\0'), 6), {}, false);
}
BENCHMARK(inflate_bomb)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace metricstream
