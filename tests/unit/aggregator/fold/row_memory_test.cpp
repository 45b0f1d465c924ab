#include "services/aggregator/fold/row_memory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/aggregator/support/script.hpp"

namespace metricstream::fold {
namespace {

using test::decoded;
using test::gauge;
using test::LoggedRecord;
using test::LoggedSample;
using test::Script;

LoggedRecord record(const std::string& client, const std::vector<std::string>& names, test::Tags tags = {}) {
  LoggedRecord out = test::batch_at(test::kStart, {});
  out.client = client;
  for (const std::string& name : names) {
    LoggedSample sample = gauge(0, 1);
    sample.name = name;
    sample.tags = tags;
    sample.index = static_cast<std::uint32_t>(out.samples.size());
    out.samples.push_back(sample);
  }
  return out;
}

const std::vector<std::string> kNames{"a", "b", "c", "d", "e"};

TEST(RowMemory, KnowsATableAgain) {
  RowMemory memory;
  const LoggedRecord first = record("c", kNames);
  const Record decoded_first = decoded(first);
  std::vector<SeriesHandle>& rows = memory.rows_of("c", decoded_first.batch);
  ASSERT_EQ(rows.size(), kNames.size());
  rows[3] = {42, 7};
  LoggedRecord again = record("c", kNames);
  again.samples[0].value = 99;
  again.samples[0].time += kSecond;
  EXPECT_EQ(memory.rows_of("c", decoded(again).batch)[3].id, 42U);
}

TEST(RowMemory, TellsTablesApartByEverythingThatNamesASeries) {
  RowMemory memory;
  const LoggedRecord known = record("c", kNames, {{"x", "y"}});
  memory.rows_of("c", decoded(known).batch)[0] = {42, 7};
  const auto is_known = [&](const LoggedRecord& other) {
    return memory.rows_of(other.client, decoded(other).batch)[0].generation != 0;
  };
  EXPECT_TRUE(is_known(known));
  EXPECT_FALSE(is_known(record("d", kNames, {{"x", "y"}})));
  EXPECT_FALSE(is_known(record("c", {"a", "b", "c", "d", "f"}, {{"x", "y"}})));
  EXPECT_FALSE(is_known(record("c", {"b", "a", "c", "d", "e"}, {{"x", "y"}})));
  EXPECT_FALSE(is_known(record("c", kNames, {{"x", "z"}})));
  EXPECT_FALSE(is_known(record("c", kNames, {{"xy", ""}})));
  EXPECT_FALSE(is_known(record("c", kNames)));
  EXPECT_FALSE(is_known(record("c", {"a", "b", "c", "d"}, {{"x", "y"}})));
}

TEST(RowMemory, DoesNotRememberSmallTables) {
  RowMemory memory;
  const LoggedRecord small = record("c", {"a", "b"});
  memory.rows_of("c", decoded(small).batch)[0] = {42, 7};
  EXPECT_EQ(memory.rows_of("c", decoded(small).batch)[0].generation, 0U);
}

// Numbers of series are used again once nothing holds them; a table remembered from before must not notice.
TEST(RowMemory, NeverMixesUpSeriesWhoseNumbersWereUsedAgain) {
  FoldSettings settings;
  settings.max_age = 10 * kSecond;
  settings.predecessor_window = 0;
  Script script(settings);
  const auto send = [&](TimeNs at, const std::vector<std::string>& names) {
    LoggedRecord out = record("c", names);
    out.accepted_at = out.append_time = at;
    for (LoggedSample& sample : out.samples) sample.time = at;
    script.recorder().written.clear();
    script.record(out);
    std::vector<std::string> raw;
    for (const test::Written& written : script.recorder().written) {
      if (written.lane == 0) raw.push_back(written.name.series.substr(0, 1));
    }
    EXPECT_EQ(raw, names);
  };
  TimeNs now = test::kStart;
  for (int round = 0; round < 6; ++round) {
    send(now, kNames);
    send(now + 1, kNames);
    if (round % 2 == 0) {
      now += 10 * kMinute;
      script.record(test::tick_at(now));
      script.record(test::tick_at(now));
      script.close();
      ASSERT_EQ(script.fold().series_count(), 0U);
    }
    send(now, {"z", "y", "x", "w", "v", "u"});
    now += kSecond;
  }
}

}  // namespace
}  // namespace metricstream::fold
