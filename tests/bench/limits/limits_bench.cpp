// What a decision costs: nanoseconds for one hot client, for many that are known, for ids that nobody has seen; and
// the bytes of a place in the tables. Time stands for 100 ns a decision, so that slots pass as they do under load.
#include <benchmark/benchmark.h>

#include <memory_resource>
#include <string>

#include "services/ingestion/limits/admission.hpp"
#include "services/ingestion/limits/rate_limiter.hpp"

namespace metricstream::limits {
namespace {

constexpr TimeNs kStep = 100;
constexpr std::size_t kUnknown = 100'000'000;  // more than a run asks for: never the same twice

class CountingMemory final : public std::pmr::memory_resource {
 public:
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    bytes_ += bytes;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* place, std::size_t bytes, std::size_t alignment) override {
    bytes_ -= bytes;
    std::pmr::new_delete_resource()->deallocate(place, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::size_t bytes_ = 0;
};

std::shared_ptr<const LimitSet> wide_limits() {
  return std::make_shared<const LimitSet>(ClientLimits{.requests_per_second = Quota(Quota::kMost),
                                                       .samples_per_minute = Quota(Quota::kMost),
                                                       .host_samples_per_minute = Quota(Quota::kMost)});
}

// A client's id made in place, as it would stand in a request's buffer.
class Name {
 public:
  const std::string& operator()(std::size_t i) {
    for (std::size_t digit = text_.size(); digit > kFixed; i /= 16) text_[--digit] = "0123456789abcdef"[i % 16];
    return text_;
  }

 private:
  static constexpr std::size_t kFixed = 7;
  std::string text_ = "client-00000000";
};

RateLimiter& limiter() {
  static RateLimiter shared({}, wide_limits(), 1);
  return shared;
}

// Names of a thread begin where no other thread's are, but for the one hot client.
std::size_t first_of(const benchmark::State& state) {
  return state.range(0) == 1 ? 0 : static_cast<std::size_t>(state.thread_index()) << 28U;
}

void requests(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  const std::size_t first = first_of(state);
  RateLimiter& shared = limiter();
  Name name;
  TimeNs now = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(shared.take_request(name(first + i), now += kStep));
    if (++i == clients) i = 0;
  }
}
BENCHMARK(requests)->ArgName("clients")->Arg(1)->Arg(10'000)->Arg(kUnknown)->Threads(1)->Threads(2)->UseRealTime();

void samples(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  const std::string host = state.range(1) != 0 ? "web-117.example.net" : "";
  const std::size_t first = first_of(state);
  RateLimiter& shared = limiter();
  Name name;
  TimeNs now = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    SamplesTaken taken = shared.take_samples(name(first + i), host, 1, now += kStep);
    taken.charge.keep();
    benchmark::DoNotOptimize(taken.decision);
    if (++i == clients) i = 0;
  }
}
BENCHMARK(samples)
    ->ArgNames({"clients", "host"})
    ->ArgsProduct({{1, 10'000, kUnknown}, {0, 1}})
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime();

void refused_requests(benchmark::State& state) {
  RateLimiter narrow({}, std::make_shared<const LimitSet>(ClientLimits{.requests_per_second = Quota(1)}), 1);
  (void)narrow.take_request("client", 0);
  for (auto _ : state) benchmark::DoNotOptimize(narrow.take_request("client", 1));
}
BENCHMARK(refused_requests);

void admissions(benchmark::State& state) {
  static Admission admission({});
  const QueueFill queue{.records = 10, .records_limit = 20'000, .bytes = 1 << 20, .bytes_limit = 128 << 20};
  for (auto _ : state) benchmark::DoNotOptimize(admission.admit(17'000, queue));
}
BENCHMARK(admissions)->Threads(1)->Threads(2)->UseRealTime();

template <class Take>
void bytes_of_a_place(benchmark::State& state, Take take) {
  constexpr std::size_t kPlaces = 65'536;
  for (auto _ : state) {
    CountingMemory memory;
    RateLimiter filled({}, wide_limits(), 1, &memory);
    const std::size_t empty = memory.bytes();
    Name name;
    for (std::size_t i = 0; i < 4 * kPlaces; ++i) take(filled, name(i));
    state.counters["bytes_a_place"] = static_cast<double>(memory.bytes() - empty) / kPlaces;
  }
}
void bytes_of_requests(benchmark::State& state) {
  bytes_of_a_place(state, [](RateLimiter& filled, const std::string& name) { (void)filled.take_request(name, 0); });
}
void bytes_of_samples(benchmark::State& state) {
  bytes_of_a_place(
      state, [](RateLimiter& filled, const std::string& name) { filled.take_samples(name, "", 1, 0).charge.keep(); });
}
BENCHMARK(bytes_of_requests)->Iterations(1);
BENCHMARK(bytes_of_samples)->Iterations(1);

}  // namespace
}  // namespace metricstream::limits
