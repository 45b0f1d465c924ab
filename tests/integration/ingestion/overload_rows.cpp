#include <algorithm>
#include <atomic>
#include <numeric>
#include <ranges>
#include <thread>

#include "tests/integration/ingestion/limits_table.hpp"

// admission and producer: what this replica has in hand at a time.
namespace metricstream::ingestion::test {
namespace {

const std::string kQueued = "metricstream_kafka_producer_queue_messages";
const std::string kQueuedBytes = "metricstream_kafka_producer_queue_bytes";
const std::string kQueueFull = R"(metricstream_kafka_produce_errors_total{error="queue_full"})";
constexpr std::size_t kMiB = 1024 * 1024;

// A request that waits for Kafka: sent, not answered.
void leave_waiting(LimitBed& bed, std::string_view body, double queued_then) {
  bed.held.push_back(std::make_unique<RawHttp>(bed.port(), 30s));
  bed.held.back()->send(post_request("/metrics", body));
  EXPECT_TRUE(bed.reaches(kQueued, queued_then));
}

// Kafka answers at last, and so does the service.
void release(LimitBed& bed) {
  bed.kafka.set_round_trip(1, 0);
  for (const auto& waiting : bed.held) expect_accepted(waiting->read());
  bed.held.clear();
  EXPECT_TRUE(bed.reaches(kQueued, 0));
}

void slow_down(LimitBed& bed) { bed.kafka.set_round_trip(1, 60'000); }

LimitRow in_flight_size() {
  return {.setting = "admission.in_flight_size",
          .value = "1MiB",
          .others = {},
          .at =
              [](LimitBed& bed) {
                HeldRequest other(bed.port(), kMiB - 1000);
                EXPECT_TRUE(bed.reaches("metricstream_admission_in_flight_bytes", kMiB - 1000));
                expect_accepted(HeldRequest(bed.port(), 1000).finish());
              },
          .past =
              [](LimitBed& bed) {
                EXPECT_TRUE(bed.reaches("metricstream_admission_in_flight_bytes", 0));
                HeldRequest other(bed.port(), kMiB - 1000);
                EXPECT_TRUE(bed.reaches("metricstream_admission_in_flight_bytes", kMiB - 1000));
                expect_problem(bed.post(padded(kSample, 1001)), 503, "overloaded");
                expect_accepted(other.finish());
                EXPECT_TRUE(bed.reaches("metricstream_admission_in_flight_bytes", 0));
                expect_accepted(bed.post(padded(kSample, 1001)));
              }};
}

// 20 % of 10 records: two may wait when another comes.
LimitRow queue_fill() {
  return {.setting = "admission.queue_fill",
          .value = "20",
          .others = {{"producer.queue_records", "10"}},
          .at =
              [](LimitBed& bed) {
                slow_down(bed);
                for (int i = 1; i <= 3; ++i) leave_waiting(bed, kSample, i);
              },
          .past =
              [](LimitBed& bed) {
                expect_problem(bed.post(kSample), 503, "overloaded");
                EXPECT_EQ(bed.metric("metricstream_ingest_requests_refused_total{reason=\"overloaded\"}"), 1);
                release(bed);
              }};
}

LimitRow queue_records() {
  return {.setting = "producer.queue_records",
          .value = "3",
          .others = {{"admission.queue_fill", "100"}},
          .at =
              [](LimitBed& bed) {
                slow_down(bed);
                for (int i = 1; i <= 3; ++i) leave_waiting(bed, kSample, i);
              },
          .past =
              [](LimitBed& bed) {
                expect_problem(bed.post(kSample), 503, "overloaded");
                EXPECT_EQ(bed.metric(kQueueFull), 1);
                release(bed);
              }};
}

// Two batches whose records together have `kMiB` bytes and `more`. The first tells what a record has around its tags.
void fill_by_two(LimitBed& bed, std::size_t more, const std::function<void(const std::string& second)>& send_second) {
  constexpr std::size_t kTags = 33;
  constexpr std::size_t kTagSize = 15'800;
  slow_down(bed);
  leave_waiting(bed, bulky_batch(kTags, kTagSize), 1);
  const auto first = static_cast<std::size_t>(bed.metric(kQueuedBytes));
  ASSERT_GT(first, kTags * kTagSize);
  const std::size_t missing = kMiB + more - 2 * first;
  ASSERT_LT(missing, 10'000U);
  std::string second = bulky_batch(kTags, kTagSize + missing / kTags);
  second.insert(second.rfind("\"}}"), missing % kTags, 'y');
  send_second(second);
}

LimitRow queue_size() {
  return {.setting = "producer.queue_size",
          .value = "1MiB",
          .others = {{"admission.queue_fill", "100"}, {"limits.tag_value_size", "16KiB"}},
          .at =
              [](LimitBed& bed) {
                fill_by_two(bed, 0, [&](const std::string& second) { leave_waiting(bed, second, 2); });
                EXPECT_EQ(bed.metric(kQueuedBytes), kMiB);
                release(bed);
              },
          .past =
              [](LimitBed& bed) {
                fill_by_two(bed, 1, [&](const std::string& second) {
                  expect_problem(bed.post(second), 503, "overloaded");
                  EXPECT_EQ(bed.metric(kQueueFull), 1);
                });
                release(bed);
              }};
}

// Some milliseconds of decoding, to its end, and not stored.
std::string slow_body() {
  std::string out = R"({"name":"m","value":1,"unknown":[)";
  while (out.size() < 1'000'000) out += "[],";
  return out + "[]]}x";
}

// Clients that give the one thread of the service much to do, until `is_enough` of refused requests and of all.
std::pair<int, int> refused_of_heavy_load(const LimitBed& bed,
                                          const std::function<bool(int refused, int all)>& is_enough) {
  const std::string heavy = slow_body();
  std::atomic<int> refused = 0;
  std::atomic<int> all = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      RawHttp client(bed.port(), 30s);
      while (!is_enough(refused, all)) {
        const int status = client.post("/metrics", heavy).status;
        EXPECT_TRUE(status == 400 || status == 503) << status;
        if (status == 503) ++refused;
        ++all;
      }
    });
  }
  threads.clear();
  return {refused, all};
}

LimitRow max_delay() {
  static const std::string kLate = R"(metricstream_admission_refusals_total{bound="delay"})";
  return {.setting = "admission.max_delay",
          .value = "5ms",
          .others = {{"http.threads", "1"}},
          .at =
              [](LimitBed& bed) {
                // Microseconds for milliseconds would let one through now and then, but not all of many.
                EXPECT_TRUE(succeeds_once([&] {
                  RawHttp client(bed.port());
                  int accepted = 0;
                  while (accepted < 50 && client.post("/metrics", kSample).status == 202) ++accepted;
                  return accepted == 50;
                })) << "without load the thread is never late";
              },
          .past =
              [](LimitBed& bed) {
                const double before = bed.metric(kLate);
                const Stopwatch watch;
                const auto [refused, all] =
                    refused_of_heavy_load(bed, [&](int of, int) { return of > 0 || watch.elapsed() > 15s; });
                EXPECT_GT(refused, 0) << "of " << all;
                EXPECT_EQ(bed.metric(kLate), before + refused);
                EXPECT_GT(bed.metric("metricstream_http_thread_delay_seconds_sum"), 0.005) << "what was refused for";
                EXPECT_TRUE(succeeds_once([&] { return bed.post(kSample).status == 202; })) << "when the load is gone";
                bed.set("admission.max_delay", "0ms");
                bed.start();
                EXPECT_EQ(refused_of_heavy_load(bed, [](int, int sent) { return sent >= 24; }).first, 0) << "off";
                EXPECT_EQ(bed.metric("metricstream_http_thread_delay_seconds_count"), 0) << "not measured then";
              }};
}

std::string record_of(std::size_t tag_size) { return bulky_batch(1, tag_size); }

LimitRow max_record_size() {
  constexpr std::size_t kLimit = 10 * 1024;
  const auto largest = std::make_shared<std::size_t>(0);  // the tag of the largest batch that passes
  return {.setting = "producer.max_record_size",
          .value = "10KiB",
          .others = {{"limits.tag_value_size", "16KiB"}},
          .at =
              [=](LimitBed& bed) {
                std::size_t too_large = kLimit;
                while (*largest + 1 < too_large) {
                  const std::size_t middle = std::midpoint(*largest, too_large);
                  (bed.post(record_of(middle)).status == 202 ? *largest : too_large) = middle;
                }
                const auto stored = stored_records(bed.kafka);
                const auto size = [](const StoredRecord& record) { return record.message.payload.size(); };
                const std::size_t most = std::ranges::max(stored | std::views::transform(size));
                EXPECT_LE(most, kLimit);
                EXPECT_GT(most, kLimit - 300) << "Kafka's own bytes and the headers are few";
              },
          .past =
              [=](LimitBed& bed) {
                expect_accepted(bed.post(record_of(*largest)));
                expect_problem(bed.post(record_of(*largest + 1)), 413, "record-too-large");
              }};
}

LimitRow message_timeout() {
  return {.setting = "producer.message_timeout",
          .value = "1m",
          .others = {{"http.timeouts.acknowledge", "100ms"}},
          .at =
              [](LimitBed& bed) {
                bed.kafka.set_down(1);
                expect_problem(bed.post(kSample), 503, "not-acknowledged");
                EXPECT_EQ(bed.metric(kQueued), 1) << "goes on being tried";
                bed.kafka.set_up(1);
                EXPECT_TRUE(bed.reaches("metricstream_kafka_produced_total", 1));
              },
          .past =
              [](LimitBed& bed) {
                bed.set("producer.message_timeout", "1s");
                bed.start();
                bed.kafka.set_down(1);
                const Stopwatch watch;
                expect_problem(bed.post(kSample), 503, "not-acknowledged");
                EXPECT_TRUE(bed.reaches(kQueued, 0)) << "given up";
                EXPECT_GE(watch.elapsed(), 1s);
                EXPECT_EQ(bed.metric("metricstream_kafka_failed_total"), 1);
                bed.kafka.set_up(1);
                EXPECT_EQ(stored_records(bed.kafka).size(), 1U) << "the one before";
              }};
}

}  // namespace

LimitRows overload_rows() {
  return {max_delay(),     message_timeout(), queue_size(),    max_record_size(),
          queue_records(), queue_fill(),      in_flight_size()};
}

}  // namespace metricstream::ingestion::test
