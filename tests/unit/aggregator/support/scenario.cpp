#include "tests/unit/aggregator/support/scenario.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold::test {
namespace {

constexpr TimeNs kOrigin = 1'700'000'000 * kSecond;
constexpr TimeNs kClockError = 2500 * kMillisecond;  // of each clock; any two differ by less than max_clock_error

std::vector<Field> fields_of(std::initializer_list<const char*> names) {
  std::vector<Field> out;
  for (const char* const name : names) out.push_back(*parse_field(name));
  return out;
}

// What a client knows of a sample.
struct Item {
  LoggedSample shape;
  std::optional<TimeNs> time;
  TimeNs made_at = 0;
};

struct Request {
  std::string client;
  std::optional<LoggedKey> key;
  std::vector<Item> items;
};

struct Kind {
  const char* name;
  Tags tags;
  MetricType type;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"cpu", {{"core", "0"}, {"host", "a"}}, MetricType::gauge},
      {"cpu", {{"core", "1"}, {"host", "a"}}, MetricType::gauge},
      {"mem", {{"host", "a1"}}, MetricType::gauge},
      {"mem", {{"host", "b"}}, MetricType::gauge},
      {"req.in", {{"core", "0"}, {"host", "a"}}, MetricType::counter},
      {"req.in", {{"core", "1"}, {"host", "a"}}, MetricType::counter},
      {"req.in", {{"core", "1"}, {"host", "b"}}, MetricType::counter},
      {"lat", {{"core", "0"}, {"host", "a"}}, MetricType::histogram},
      {"lat", {{"core", "1"}, {"host", "a"}}, MetricType::histogram},
      {"lat", {{"host", "a"}}, MetricType::histogram},
      {"disk", {{"host", "a"}}, MetricType::counter},                 // two rules lead to
      {"disk", {{"host", "a"}, {"volume", "1"}}, MetricType::gauge},  // one group here
      {"temp", {{"rack", "own"}}, MetricType::gauge},
      {"temp", {}, MetricType::gauge},                                // with attributes,
      {"temp", {{"dc", "eu"}}, MetricType::gauge},                    // these are written
      {"temp", {{"dc", "us"}, {"rack", "r1"}}, MetricType::counter},  // under one name
      {"events", {}, MetricType::counter},
      {"noise.x", {{"host", "a"}}, MetricType::gauge},
  };
  return all;
}

class Generator {
 public:
  Generator(std::uint64_t seed, const ScenarioOptions& options)
      : random_(seed), settings_(scaled_settings(options)), options_(options) {
    for (TimeNs& error : ingest_error_) error = random_.between(-kClockError, kClockError);
  }

  Log run() {
    for (const char* const client : {"c0", "c1", "c2"}) {
      pool_.clear();
      for (TimeNs now = 0; now < options_.active; now += random_.between(kSecond, 5 * kSecond)) send(client, now);
    }
    const TimeNs end = options_.active + 2 * settings_.max_age + settings_.horizon() + 4 * settings_.block();
    for (TimeNs now = 0; now < end; now += random_.between(kSecond / 2, 2 * kSecond)) {
      if (now > options_.active / 3 && now < options_.active / 2) continue;  // an owner was away for a while
      events_.push_back({now, tick_at(kOrigin + now + random_.between(-kClockError, kClockError))});
    }
    std::ranges::sort(events_, {}, &Event::appended);
    Log log;
    TimeNs broker_error = 0;
    for (Event& event : events_) {
      if (random_.chance(2)) broker_error = random_.between(-kClockError, kClockError);  // another leader
      event.record.append_time = kOrigin + event.appended + broker_error;
      log.push_back(std::move(event.record));
    }
    return log;
  }

 private:
  struct Event {
    TimeNs appended;
    LoggedRecord record;
  };

  void send(const std::string& client, TimeNs now) {
    const bool fast_clock = client == "c2";
    Request request{client, {}, {}};
    const auto size = random_.between(1, 8);
    for (std::int64_t i = 0; i < size; ++i) {
      request.items.push_back(random_.chance(12) && !pool_.empty() ? known_item(now) : new_item(fast_clock, now));
    }
    pick_key(request);
    const TimeNs first = now + random_.between(0, 2 * kSecond);
    deliver(request, first);
    for (std::int64_t copies = random_.chance(35) ? random_.between(1, 3) : 0; copies > 0; --copies) {
      deliver(request, first + random_.between(kSecond / 100, last_repeat(request, now) - first));
    }
  }

  Item new_item(bool fast_clock, TimeNs now) {
    const Kind& kind = random_.pick(kinds());
    Item item{{.name = kind.name, .tags = kind.tags, .type = kind.type}, {}, now};
    item.shape.value = kind.type == MetricType::counter
                           ? static_cast<double>(now / kSecond % 70) * 3 + static_cast<double>(random_.below(3))
                           : static_cast<double>(random_.between(-50, 1000)) / 8;
    if (random_.chance(kind.tags.empty() ? 60 : 10)) return item;  // no timestamp
    TimeNs time = now;
    if (fast_clock) time += random_.between(8 * kSecond, 13 * kSecond);
    if (options_.very_late && random_.chance(50)) {
      time -= random_.between(settings_.max_age - 25 * kSecond, settings_.max_age);
    } else if (random_.chance(15)) {
      time -= random_.between(0, settings_.max_age - 8 * kSecond);
    }
    item.time = kOrigin + (random_.chance(50) ? floor_to(time, kSecond) : floor_to(time, 100 * kMillisecond));
    pool_.push_back(item);
    return item;
  }

  // A reading of an earlier batch in a new one, sometimes corrected.
  Item known_item(TimeNs now) {
    Item item = random_.pick(pool_);
    const TimeNs age = now - item.made_at;
    if (age > repeatable(item) - 5 * kSecond || item.shape.type == MetricType::histogram) {
      return new_item(false, now);
    }
    if (random_.chance(35)) item.shape.value += 0.5;
    return item;
  }

  // How long after it was made a sample may be sent again without counting again.
  TimeNs repeatable(const Item& item) const {
    const bool placed_by_acceptance = !item.time || *item.time > kOrigin + item.made_at;
    return placed_by_acceptance ? settings_.repeat_window - 2 * kClockError : settings_.max_age;
  }

  TimeNs last_repeat(const Request& request, TimeNs now) const {
    TimeNs last = settings_.max_age;
    for (const Item& item : request.items) {
      last = std::min(last, item.made_at + repeatable(item) - now);
    }
    return now + std::max(last, 4 * kSecond);
  }

  void pick_key(Request& request) {
    const bool only_own_readings = std::ranges::all_of(
        request.items, [](const Item& item) { return item.time && !is_observation(item.shape.type); });
    const std::string body = std::to_string(random_.below(UINT64_MAX));
    if (random_.chance(70)) {
      request.key = LoggedKey{"key" + std::to_string(random_.below(50)), body};
    } else if (only_own_readings) {
      request.key = LoggedKey{"", body};
    }
  }

  void deliver(const Request& request, TimeNs when) {
    const std::size_t host = random_.below(3);
    LoggedRecord record;
    record.client = request.client;
    record.key = request.key;
    record.accepted_at = kOrigin + when + ingest_error_[host];
    record.attributes = host == 2 ? Tags{{"dc", "us"}, {"rack", "r1"}} : Tags{{"dc", "eu"}};
    for (std::uint32_t index = 0; index < request.items.size(); ++index) {
      if (random_.chance(4)) continue;  // another host refuses it
      const Item& item = request.items[index];
      LoggedSample sample = item.shape;
      sample.index = index;
      sample.time = item.time.value_or(record.accepted_at + index);
      if (!item.time) {
        sample.placement = Placement::arrival;
      } else if (sample.time > record.accepted_at + settings_.max_future) {
        sample.placement = Placement::adjusted;
        sample.original = sample.time;
        sample.time = record.accepted_at + index;
      } else if (sample.time < record.accepted_at - settings_.max_age) {
        continue;
      }
      record.samples.push_back(std::move(sample));
    }
    if (record.samples.empty()) return;
    const TimeNs longest = settings_.delivery_slack - 3 * kSecond;
    const TimeNs delay = random_.between(0, random_.chance(options_.very_late ? 60 : 10) ? longest : kSecond);
    events_.push_back({when + delay, std::move(record)});
  }

  Random random_;
  FoldSettings settings_;
  ScenarioOptions options_;
  TimeNs ingest_error_[3];
  std::vector<Item> pool_;  // readings that the client has sent
  std::vector<Event> events_;
};

}  // namespace

FoldSettings scaled_settings(const ScenarioOptions& options) {
  FoldSettings out;
  out.windows = {{5 * kSecond, 2 * kSecond}, {10 * kSecond, 3 * kSecond}, {20 * kSecond, 4 * kSecond}};
  out.max_age = 120 * kSecond;
  out.max_future = 10 * kSecond;
  out.delivery_slack = 10 * kSecond;
  out.max_clock_error = 6 * kSecond;
  out.revision_interval = 8 * kSecond;
  out.repeat_window = options.repeat_window;
  out.predecessor_window = options.predecessor_window;
  std::vector<Rule> rules(5);
  rules[0].name_glob = "noise.*";
  rules[0].drop = true;
  rules[1].name_glob = "req*";
  rules[1].grouping = Grouping::by;
  rules[1].tags = {"host"};
  rules[2].name_glob = "la?";
  rules[2].grouping = Grouping::without;
  rules[2].tags = {"core"};
  rules[2].fields = fields_of({"count", "sum", "p50", "p999", "stddev", "first", "last"});
  rules[2].sizes = {10 * kSecond, 20 * kSecond};
  rules[2].raw = false;
  rules[3].name_glob = "mem";
  rules[3].tag_globs = {{"host", "a*"}};
  rules[3].fields = fields_of({"count", "max"});
  rules[3].sizes = {20 * kSecond};
  rules[4].tag_globs = {{"volume", "*"}};
  rules[4].grouping = Grouping::without;
  rules[4].tags = {"volume"};
  rules[4].fields = fields_of({"stddev", "max", "increase"});
  rules[4].sizes = {5 * kSecond, 20 * kSecond};
  out.rules = RuleSet(std::move(rules));
  return out;
}

Scenario make_scenario(std::uint64_t seed, const ScenarioOptions& options) {
  return {scaled_settings(options), Generator(seed, options).run()};
}

}  // namespace metricstream::fold::test
