// What it costs to tell whose a request is, whichever way it ends, and to read a large key file.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file.hpp"
#include "common/auth/key_file_edit.hpp"
#include "common/auth/key_store.hpp"
#include "common/auth/key_table.hpp"

namespace metricstream::auth {
namespace {

constexpr TimeNs kNow = 1'795'256'135 * kSecond;

std::string key_text(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::array<std::uint8_t, KeyEntropy::extent> bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return api_key_of(bytes).reveal();
}

std::shared_ptr<const SecretHasher> hasher() { return *make_secret_hasher(Secret(std::string(32, 'p'))); }

KeyEntry entry_of(std::uint32_t seed) {
  const std::string text = key_text(seed);
  const auto key = parse_api_key(text);
  KeyEntry entry;
  entry.id = key->id;
  entry.client = "client-" + std::to_string(seed);
  entry.created = Instant{kNow};
  entry.comment = "made for host " + std::to_string(seed);
  entry.hash = hasher()->hash(key->secret);
  return entry;
}

constexpr std::uint32_t kKeys = 10'000;
constexpr std::uint32_t kAsked = 64;  // different keys, in turn

std::shared_ptr<const KeyTable> table() {
  KeyFile file;
  for (std::uint32_t seed = 0; seed < kKeys; ++seed) file.keys.push_back(entry_of(seed));
  for (std::uint32_t seed = kAsked; seed < 2 * kAsked; ++seed) file.keys[seed].expires = Instant{kNow};
  for (std::uint32_t seed = 2 * kAsked; seed < 3 * kAsked; ++seed) file.keys[seed].revoked = true;
  return std::make_shared<const KeyTable>(std::move(file), hasher());
}

std::vector<std::string> keys_from(std::uint32_t first) {
  std::vector<std::string> out;
  for (std::uint32_t seed = first; seed < first + kAsked; ++seed) out.push_back(key_text(seed));
  return out;
}

void ask(benchmark::State& state, const std::vector<std::string>& keys, bool is_known) {
  static const auto shared = table();
  std::size_t i = 0;
  for (auto _ : state) {
    const KeyOwner* owner = shared->authenticate(keys[i++ % keys.size()], kNow);
    if ((owner != nullptr) != is_known) state.SkipWithError("the wrong answer");
  }
}

void known(benchmark::State& state) { ask(state, keys_from(0), true); }
void expired(benchmark::State& state) { ask(state, keys_from(kAsked), false); }
void revoked(benchmark::State& state) { ask(state, keys_from(2 * kAsked), false); }
void unknown(benchmark::State& state) { ask(state, keys_from(kKeys), false); }
void malformed(benchmark::State& state) {
  ask(state, {"", "ms_", std::string(59, 'a'), key_text(0) + "a", std::string(8000, 'x')}, false);
}
BENCHMARK(known)->Threads(1)->Threads(2);
BENCHMARK(expired);
BENCHMARK(revoked);
BENCHMARK(unknown);
BENCHMARK(malformed);

// What a request pays besides, when one table is replaced by another now and then.
void take_table(benchmark::State& state) {
  static const SystemClock clock;
  static const KeyStore store({}, clock);
  for (auto _ : state) benchmark::DoNotOptimize(store.table());
}
BENCHMARK(take_table)->Threads(1)->Threads(2);

void read_file(benchmark::State& state) {
  const auto keys = static_cast<std::uint32_t>(state.range(0));
  std::string text = new_key_file_text("0123456789abcdef");
  text.erase(text.rfind(" []"), 3);
  for (std::uint32_t seed = 0; seed < keys; ++seed) text += entry_text(entry_of(seed), 2, "\n");
  for (auto _ : state) {
    const KeyFileReading reading = read_key_file(text, "keys.yaml", kNow);
    if (!reading.ok() || reading.file.keys.size() != keys) state.SkipWithError("the file was not read");
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_rss_mib"] = static_cast<double>(usage.ru_maxrss) / 1024;
  state.counters["file_mib"] = static_cast<double>(text.size()) / 1048576;
}
BENCHMARK(read_file)->Arg(100)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace metricstream::auth
