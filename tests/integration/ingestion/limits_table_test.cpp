#include "tests/integration/ingestion/limits_table.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

namespace metricstream::ingestion::test {
namespace {

using config::Element;

// Settings and whole sections that bound nothing, each with the reason.
const std::map<std::string, std::string>& unbounding() {
  static const std::map<std::string, std::string> reasons{
      {"http.listen", "a place"},
      {"http.threads", "how much of the machine is used; any number serves"},
      {"http.trusted_proxies", "whose word is taken; rate_limit_test.cpp"},
      {"http.tls", "files"},
      {"access_log", "bounds what is written of requests, never a request"},
      {"auth", "who a client is; authentication_test.cpp"},
      {"rate_limits.overrides_file", "a file of further limits; rate_limit_test.cpp"},
      {"rate_limits.headers", "what answers tell; rate_limit_test.cpp"},
      {"rate_limits.retry_jitter", "spreads Retry-After; unit_ingestion_limits"},
      {"time.future", "which of two things is done past time.max_future"},
      {"time.max_clock_error", "for the aggregator: the width of what it waits for"},
      {"names", "rewrites"},
      {"attributes", "adds"},
      {"kafka", "where batches go"},
      {"admin", "a place"},
      {"log", "what is written"},
  };
  return reasons;
}

void collect_settings(const Element& element, const std::string& path, std::vector<std::string>& out) {
  if (element.kind != Element::Kind::section) return out.push_back(path);
  for (const auto& child : element.children) {
    collect_settings(*child, path.empty() ? child->name : path + "." + child->name, out);
  }
}

std::vector<std::string> all_settings() {
  IngestSettings settings;
  std::vector<std::string> out;
  collect_settings(*config::described(settings), "", out);
  return out;
}

LimitRows all_rows() {
  LimitRows out;
  // Those that take longest first.
  for (const auto& rows : {timeout_rows(), overload_rows(), http_limit_rows(), sample_rows(), rate_rows()}) {
    out.insert(out.end(), rows.begin(), rows.end());
  }
  return out;
}

// The entry that excuses a setting: itself or a section that it is in.
std::optional<std::string> excuse_of(const std::string& setting) {
  for (const auto& [path, reason] : unbounding()) {
    if (setting == path || setting.starts_with(path + ".")) return path;
  }
  return std::nullopt;
}

TEST(LimitsTable, EverySettingIsABoundWithARowOrIsSaidToBeNone) {
  std::multiset<std::string> rows;
  for (const LimitRow& row : all_rows()) {
    rows.insert(row.setting);
    EXPECT_TRUE(row.at && row.past) << row.setting << ": a limit has two sides";
  }
  std::set<std::string> unused_excuses;
  for (const auto& [path, reason] : unbounding()) unused_excuses.insert(path);
  for (const std::string& setting : all_settings()) {
    const auto excuse = excuse_of(setting);
    if (excuse) unused_excuses.erase(*excuse);
    EXPECT_EQ(rows.count(setting), excuse ? 0U : 1U) << setting;
    rows.erase(setting);
  }
  EXPECT_TRUE(rows.empty()) << *rows.begin() << ": a row for a setting that there is not";
  EXPECT_TRUE(unused_excuses.empty()) << *unused_excuses.begin() << ": an excuse for a setting that there is not";
}

void try_row(const LimitRow& row) {
  LimitBed bed;
  for (const auto& [setting, text] : row.others) bed.set(setting, text);
  bed.set(row.setting, row.value);
  bed.start();
  for (const bool is_past : {false, true}) {
    const std::string where = row.setting + ": " + row.value + (is_past ? ", one past it" : ", at it");
    SCOPED_TRACE(where);
    try {
      (is_past ? row.past : row.at)(bed);
    } catch (const std::exception& error) {
      ADD_FAILURE() << where << ": " << error.what();
    }
  }
}

// Each row has a service and a Kafka of its own, so they are tried side by side: most only wait.
TEST(LimitsTable, EveryBoundHoldsOnBothSides) {
  constexpr std::size_t kSideBySide = 6;
  const LimitRows rows = all_rows();
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kSideBySide; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < rows.size(); at = next++) try_row(rows[at]);
    });
  }
}

}  // namespace

void LimitBed::set(const std::string& setting, const std::string& text) {
  const auto root = config::described(settings);
  Element* element = root.get();
  for (std::size_t from = 0; element != nullptr && from <= setting.size();) {
    const std::size_t dot = std::min(setting.find('.', from), setting.size());
    element = element->find(setting.substr(from, dot - from));
    from = dot + 1;
  }
  if (element == nullptr) throw std::invalid_argument("there is no setting " + setting);
  if (!element->set(text)) throw std::invalid_argument(setting + " cannot be " + text + ": " + element->expected);
}

void LimitBed::start() {
  app = nullptr;
  app = std::make_unique<RunningApp>(settings);
  if (!eventually([&] { return is_ready(app->admin_port()); })) throw std::runtime_error("not ready");
}

}  // namespace metricstream::ingestion::test
