// Bodies made to cost time: as large as an inflated body may be (8 MiB), each the worst of its kind. Each has to be
// read or refused within 50 ms.
#include <benchmark/benchmark.h>

#include <functional>
#include <string>

#include "common/codec/json_batch.hpp"
#include "tests/bench/codec/bodies.hpp"

namespace metricstream {
namespace {

constexpr std::size_t kBytes = std::size_t{8} << 20U;

std::string repeated(std::string_view text, std::size_t bytes = kBytes) {
  std::string out;
  out.reserve(bytes + text.size());
  while (out.size() < bytes) out += text;
  return out;
}

// `count` different keys, each with `value`.
std::string members(std::size_t count, const std::string& value) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += i > 0 ? ",\"" : "\"";
    for (std::size_t n = i; n > 0; n /= 64) out += static_cast<char>('0' + n % 64 + (n % 64 > 43 ? 1 : 0));
    out += "\":" + value;
  }
  return out;
}

std::string samples(std::size_t count, const std::string& rest) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + (R"({"name":"a",)" + rest) + "}";
  return out + "]";
}

// Between two doubles, and only the last digit says on which side.
std::string long_tie(std::size_t digits) {
  return "1.00000000000000011102230246251565404236316680908203125" + std::string(digits, '0') + "1";
}

using MakeBody = std::function<std::string()>;

void flood(benchmark::State& state, const MakeBody& make, BodyFormat format) {
  const std::string body = make();
  JsonBatchDecoder decoder;
  DecodeOptions options;
  options.format = format;
  Batch batch;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(body, bench::kNow, options, batch));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void add(const char* name, const MakeBody& make, BodyFormat format = BodyFormat::json) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    flood(state, make, format);
  })->Unit(benchmark::kMillisecond);
}

const bool kKeys = [] {
  add("flood_keys_of_unknown_member", [] { return R"({"name":"a","value":1,"x":{)" + members(1'000'000, "0") + "}}"; });
  add("flood_keys_of_root", [] { return "{" + members(1'000'000, "0") + "}"; });
  add("flood_keys_of_sample", [] { return "[{" + members(1'000'000, "0") + "}]"; });
  add("flood_keys_of_tags", [] { return R"([{"name":"a","value":1,"tags":{)" + members(1'000'000, R"("")") + "}}]"; });
  add("flood_keys_of_fields",
      [] { return R"([{"name":"a","value":1,"fields":{)" + members(1'000'000, R"("")") + "}}]"; });
  add("flood_4000_tags_of_every_sample",
      [] { return samples(200, R"("value":1,"tags":{)" + members(4000, R"("")") + "}"); });
  add("flood_tag_sets", [] {
    std::string out = "[";
    for (int i = 0; i < 1000; ++i) {
      out += (i > 0 ? "," : "") + std::string(R"({"name":"a","value":1,"tags":{"z":")") + std::to_string(i) + R"(",)" +
             members(800, R"("")") + "}}";
    }
    return out + "]";
  });
  return true;
}();

const bool kNesting = [] {
  add("flood_100k_arrays", [] { return std::string(100'000, '['); });
  add("flood_100k_objects", [] { return repeated(R"({"":)", 400'000); });
  add("flood_elements", [] { return "[" + repeated("0,") + "0]"; });
  add("flood_nested_elements_of_unknown_member",
      [] { return R"({"name":"a","value":1,"x":[)" + repeated("[[[[]]]],") + "0]}"; });
  return true;
}();

const bool kNumbers = [] {
  add("flood_million_digits", [] { return R"({"name":"a","value":)" + std::string(1'000'000, '9') + "}"; });
  add("flood_million_digits_of_fraction", [] { return R"({"name":"a","value":)" + long_tie(1'000'000) + "}"; });
  add("flood_million_digits_of_time",
      [] { return R"({"name":"a","value":1,"timestamp":1.)" + std::string(1'000'000, '7') + "}"; });
  add("flood_ties_in_every_sample", [] { return samples(1000, R"("value":)" + long_tie(8000)); });
  add("flood_ties_in_every_field", [] { return R"({"name":"a","fields":{)" + members(1000, long_tie(8000)) + "}}"; });
  add("flood_ties_in_flat_members", [] { return "{" + members(4000, long_tie(2000)) + "}"; });
  add("flood_ties_of_unknown_member",
      [] { return R"({"name":"a","value":1,"x":[)" + repeated(long_tie(800) + ",") + "0]}"; });
  return true;
}();

const bool kTexts = [] {
  add("flood_escapes_of_name", [] { return R"({"name":")" + repeated(R"(\u0061)") + R"(","value":1})"; });
  add("flood_escapes_of_unknown_member", [] { return R"({"name":"a","value":1,"x":")" + repeated(R"(\n)") + R"("})"; });
  add("flood_escaped_keys_of_unknown_member",
      [] { return R"({"name":"a","value":1,"x":{)" + repeated(R"("\n":0,)") + R"("":0}})"; });
  add("flood_utf8", [] { return R"({"name":"a","value":1,"x":")" + repeated("\xf0\x9f\x98\x80") + R"("})"; });
  add("flood_spaces", [] { return repeated(" ") + R"({"name":"a","value":1})"; });
  add("flood_line_feeds", [] { return repeated("\n") + R"({"name":"a","value":1})"; }, BodyFormat::ndjson);
  add("flood_blank_lines", [] { return repeated(" \n") + R"({"name":"a","value":1})"; }, BodyFormat::ndjson);
  add("flood_lines", [] { return repeated("0\n"); }, BodyFormat::ndjson);
  return true;
}();

}  // namespace
}  // namespace metricstream
