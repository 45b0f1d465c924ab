// What only a real InfluxDB can show: escaping, shard groups, its own error answers, set-up.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/codec/line_protocol.hpp"
#include "common/model/series_key.hpp"
#include "common/model/validation.hpp"
#include "services/aggregator/sink/sink.hpp"
#include "tests/integration/influx/real_influx.hpp"
#include "tests/integration/influx/sink_fixture.hpp"

namespace metricstream::influx {
namespace {

using Tags = std::map<std::string, std::string>;

// Texts that hurt: every byte that line protocol treats in a special way, and letters of 1 to 4 bytes.
class LegalText {
 public:
  explicit LegalText(std::uint64_t seed) : random_(seed) {}

  std::string name() {
    while (true) {
      const std::string text = any();
      // The default pattern is narrower; this is what may remain when it is widened (contract "names").
      if (!text.empty() && text.front() != '#' && text.find('\\') == std::string::npos) return text;
    }
  }
  std::string tag_key() {
    while (true) {
      std::string text = any();
      if (!check_tag_key(text, limits_)) return text;
    }
  }
  std::string tag_value() {
    while (true) {
      std::string text = any();
      if (!text.empty() && !check_tag_value(text, limits_)) return text;
    }
  }
  std::uint64_t number() { return random_(); }

 private:
  std::string any() {
    static const char* const kPieces[] = {" ", ",",  "=", "\"", "'", "\\", "\\\\", "\\,", "\\ ", "\\=",      "#", "a",
                                          "B", "7",  "_", ".",  ":", "/",  "ä",    "日",  "🦀",  "\xc2\xa0", "$", "{}",
                                          "[", "\"", "%", "&",  "?", "*",  ";",    "|",   "<",   "~"};
    std::string text;
    const std::size_t count = random_() % 6;
    for (std::size_t i = 0; i < count; ++i) text += kPieces[random_() % std::size(kPieces)];
    return text;
  }

  std::mt19937_64 random_;
  BatchLimits limits_;
};

struct Written {
  std::string name;
  Tags tags;
  auto operator<=>(const Written&) const = default;
};

class Escaping : public RealInflux {
 protected:
  void read_back(const std::string& name, std::map<Written, double>& stored) {
    for (const InfluxSeries& series : select("SELECT value FROM " + quoted_identifier(name) + " GROUP BY *", "1d")) {
      ASSERT_EQ(series.rows.size(), 1U) << "two series became one: " << series.name;
      Written found{series.name, {}};
      // GROUP BY * names every tag of the measurement; those of other series are empty.
      for (const auto& [key, value] : series.tags) {
        if (!value.empty()) found.tags[key] = value;
      }
      stored.emplace(std::move(found), as_number(series.rows[0][series.column("value")]).value());
    }
  }
};

TEST_F(Escaping, EveryLegalSeriesComesBackAsItWasWritten) {
  set_up_database();
  LegalText text{20261121};
  std::map<Written, double> ledger;
  std::string lines;
  for (int i = 0; i < 1500; ++i) {
    Written series{text.name(), {}};
    for (std::uint64_t tag = text.number() % 5; tag > 0; --tag) series.tags[text.tag_key()] = text.tag_value();
    if (ledger.contains(series)) continue;
    const double value = static_cast<double>(text.number()) / 3.0;
    std::string key;
    std::vector<TagView> views(series.tags.begin(), series.tags.end());
    append_series_key(key, series.name, views);
    const std::vector<LineField> fields{{"value", value}};
    append_point(lines, key, fields, 1'700'000'000'000'000'000);
    ledger.emplace(std::move(series), value);
  }
  ASSERT_EQ(
      finish(context_, client_->execute("ALTER RETENTION POLICY \"1d\" ON \"" + endpoint_.database + "\" DURATION INF"))
          .has_value(),
      true);
  const auto outcome = write("1d", lines);
  ASSERT_EQ(outcome.kind, WriteKind::acknowledged) << outcome.message;

  std::set<std::string> names;
  for (const auto& [series, value] : ledger) names.insert(series.name);
  std::map<Written, double> stored;
  for (const std::string& name : names) read_back(name, stored);
  ASSERT_EQ(stored.size(), ledger.size());
  for (const auto& [series, value] : ledger) {
    const auto found = stored.find(series);
    ASSERT_NE(found, stored.end()) << "measurement [" << series.name << "]";
    ASSERT_EQ(found->second, value);
  }
}

TEST_F(RealInflux, ShardGroupsBeginWhereThisProgramThinks) {
  set_up_database();
  std::mt19937_64 random{3};
  const TimeNs now = SystemClock{}.now();
  std::map<std::string, std::set<TimeNs>> expected;
  for (const Policy& policy : standard_policies()) {
    std::string lines;
    for (int i = 0; i < 20; ++i) {
      const TimeNs reach = to_ns(policy.duration) * 9 / 10;
      const TimeNs time = now - static_cast<TimeNs>(random() % static_cast<std::uint64_t>(reach));
      lines += "m value=1 " + std::to_string(time) + "\n";
      expected[policy.name].insert(shard_group_start(policy, time));
    }
    const auto outcome = write(policy.name, lines);
    ASSERT_EQ(outcome.kind, WriteKind::acknowledged) << policy.name << ": " << outcome.message;
  }
  std::map<std::string, std::set<TimeNs>> found;
  for (const InfluxSeries& series : select("SHOW SHARD GROUPS")) {
    for (const auto& row : series.rows) {
      if (std::get<std::string>(row[series.column("database")]) != endpoint_.database) continue;
      const auto start = std::get<std::string>(row[series.column("start_time")]);
      std::tm parts{};
      ASSERT_NE(::strptime(start.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts), nullptr) << start;
      found[std::get<std::string>(row[series.column("retention_policy")])].insert(::timegm(&parts) * kSecond);
    }
  }
  EXPECT_EQ(found, expected);
}

TEST_F(RealInflux, ItsOwnErrorAnswersMeanWhatTheTableSays) {
  const TimeNs now = SystemClock{}.now();
  const std::string time = " " + std::to_string(now) + "\n";
  EXPECT_EQ(write("1m", "m value=1" + time).kind, WriteKind::misconfigured) << "no such database";
  set_up_database();
  EXPECT_EQ(write("1m", "m value=1" + time).kind, WriteKind::acknowledged);
  const auto no_policy = write("2m", "m value=1" + time);
  EXPECT_EQ(no_policy.kind, WriteKind::misconfigured) << no_policy.message;
  const auto conflict = write("1m", "m value=\"text\"" + time);
  EXPECT_EQ(conflict.kind, WriteKind::refused_part) << conflict.message;
  EXPECT_NE(conflict.message.find("type conflict"), std::string::npos) << conflict.message;
  EXPECT_EQ(write("1m", "m value=").kind, WriteKind::refused_part);
  EXPECT_EQ(write("1s", "m value=1 " + std::to_string(now - 25 * kHour) + "\n").kind, WriteKind::refused_part)
      << "older than the policy keeps";
}

TEST_F(RealInflux, APointJustYoungerThanTheExpiryLimitIsTaken) {
  set_up_database();
  for (const Policy& policy : standard_policies()) {
    const TimeNs limit = expiry_limit(policy, SystemClock{}.now());
    const auto outcome = write(policy.name, "m value=1 " + std::to_string(limit) + "\n");
    EXPECT_EQ(outcome.kind, WriteKind::acknowledged) << policy.name << ": " << outcome.message;
  }
}

TEST_F(RealInflux, SetUpMakesWhatIsMissingAndOnlyReportsWhatDiffers) {
  const auto states = [](const SetupPlan& plan) {
    std::map<std::string, SetupItem::State> all;
    for (const SetupItem& item : plan) all[item.name] = item.state;
    return all;
  };
  const auto plan_now = [&] { return *finish(context_, plan_setup(*client_, standard_policies())); };
  for (const auto& [name, state] : states(plan_now())) EXPECT_EQ(state, SetupItem::State::missing) << name;
  ASSERT_EQ(plan_now().size(), 6U) << "the database comes with its first policy";
  set_up_database();
  ASSERT_EQ(plan_now().size(), 7U);
  for (const auto& item : plan_now()) EXPECT_EQ(item.state, SetupItem::State::exists) << item.name << item.detail;

  const std::string on = " ON \"" + endpoint_.database + "\"";
  ASSERT_TRUE(finish(context_, client_->execute("ALTER RETENTION POLICY \"10s\"" + on + " DURATION 3d")));
  ASSERT_TRUE(finish(context_,
                     client_->execute("CREATE RETENTION POLICY \"own\"" + on + " DURATION INF REPLICATION 1 DEFAULT")));
  ASSERT_TRUE(finish(context_, client_->execute("DROP RETENTION POLICY \"1h\"" + on)));
  set_up_database();
  auto after = plan_now();
  auto found = states(after);
  EXPECT_EQ(found["retention policy 1h"], SetupItem::State::exists);
  EXPECT_EQ(found["retention policy 10s"], SetupItem::State::differs) << "must not be changed silently";
  EXPECT_EQ(found["retention policy raw"], SetupItem::State::differs) << "is no longer the default";
  EXPECT_EQ(std::ranges::count(after, SetupItem::State::exists, &SetupItem::state), 5);

  // The advice that is given helps.
  for (const SetupItem& item : after) {
    const std::size_t advice = item.detail.find("to change it: ");
    if (advice == std::string::npos) continue;
    ASSERT_TRUE(finish(context_, client_->execute(item.detail.substr(advice + 14)))) << item.detail;
  }
  for (const auto& item : plan_now()) EXPECT_EQ(item.state, SetupItem::State::exists) << item.name << item.detail;
}

TEST_F(RealInflux, AQuotedDatabaseNameIsNoInjection) {
  endpoint_.database = R"(we"ird 'n' ame; DROP)";
  client_ = std::make_unique<ApiClient>(context_.get_executor(), *http::parse_url(url()), endpoint_);
  set_up_database();
  EXPECT_EQ(write("1m", "m value=1 " + std::to_string(SystemClock{}.now()) + "\n").kind, WriteKind::acknowledged);
  EXPECT_EQ(select("SELECT value FROM m", "1m").size(), 1U);
}

// Validation refuses such tags, but a record of an older program may hold them: behind the key `\ ` InfluxDB takes the
// quote for the start of a text and does not see the end of the line.
TEST_F(RealInflux, TagsThatInfluxDbMisreadsCostRequestsButNoPoints) {
  set_up_database();
  const TimeNs now = SystemClock{}.now();
  std::string misread;
  const std::vector<TagView> tags{{"\\ k", "\"v"}};
  append_series_key(misread, "odd", tags);
  const std::string time = " value=1 " + std::to_string(now) + "\n";
  ASSERT_EQ(write("1m", misread + time + "even" + time).kind, WriteKind::refused_part);

  sink::RecordingDeadLetters dead_letters;
  SystemClock clock;
  metrics::Registry registry;
  sink::SinkOptions options;
  options.endpoint = endpoint_;
  options.policies = {{"1m", *default_policy("1m")}};
  sink::Sink sink{std::move(options), dead_letters, clock, registry, Logger::null()};
  auto& lane = sink.open(0).lane("1m");
  for (int i = 0; i < 40; ++i) {
    lane.push(i, 0, now + i, (i % 10 == 3 ? misread : "even") + " value=1 " + std::to_string(now + i));
  }
  ASSERT_TRUE(sink.flush_and_wait(std::chrono::seconds{20}));
  EXPECT_TRUE(dead_letters.letters().empty());
  std::int64_t stored = 0;
  for (const auto& series : select("SELECT count(value) FROM /.*/", "1m")) {
    stored += std::get<std::int64_t>(series.rows[0][1]);
  }
  EXPECT_EQ(stored, 40);
}

TEST_F(RealInflux, TheSinkSortsPoisonousLinesOutAndStoresTheOthers) {
  set_up_database();
  const TimeNs now = SystemClock{}.now();
  ASSERT_EQ(write("1m", "bad value=\"text\" " + std::to_string(now) + "\n").kind, WriteKind::acknowledged);
  sink::RecordingDeadLetters dead_letters;
  SystemClock clock;
  metrics::Registry registry;
  sink::SinkOptions options;
  options.endpoint = endpoint_;
  options.policies = {{"1m", *default_policy("1m")}};
  options.batch.lines = 500;
  sink::Sink sink{std::move(options), dead_letters, clock, registry, Logger::null()};
  auto& set = sink.open(0);
  for (int i = 0; i < 2000; ++i) {
    const std::string name = i % 400 == 123 ? "bad" : "good";
    set.lane("1m").push(i, 0, now + i, name + ",i=" + std::to_string(i % 10) + " value=1.5 " + std::to_string(now + i));
  }
  ASSERT_TRUE(sink.flush_and_wait(std::chrono::seconds{20}));
  EXPECT_EQ(dead_letters.letters().size(), 5U);
  std::set<std::int64_t> offsets;
  for (const auto& letter : dead_letters.letters()) offsets.insert(letter.offset);
  EXPECT_EQ(offsets, (std::set<std::int64_t>{123, 523, 923, 1323, 1723}));
  const auto counted = select("SELECT count(value) FROM good", "1m");
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].rows[0][1], InfluxValue{std::int64_t{1995}});
}

}  // namespace
}  // namespace metricstream::influx
