#include "services/ingestion/reloaded_files.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace metricstream::ingestion {
namespace {

namespace asio = boost::asio;

// Whatever a reader throws (no memory for a large file) is an error of its file and does not end the service.
Reading read_now(const ReloadedFiles::Read& read) {
  std::string reason = "unknown exception";
  try {
    return read();
  } catch (const std::exception& exception) {
    reason = exception.what();
  } catch (...) {  // NOLINT(bugprone-empty-catch): as said above
  }
  return {.errors = {"cannot be read: " + reason}, .warnings = {}, .summary = {}};
}

// Blocks; for a thread of the pool.
Task<Reading> read_on_pool(const ReloadedFiles::Read& read) { co_return read_now(read); }

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

struct ReloadedFiles::Item {
  std::string name;
  FileWatch files;
  Read read;
  metrics::Gauge& is_successful;
  metrics::Gauge& succeeded_at;
  bool is_reading = false;
  bool is_outdated = false;  // changed again while it was read
  bool is_awaited = false;   // somebody changed it, or sent SIGHUP, and looks into the log for what came of it
  std::vector<std::string> errors = {};  // of the last reading
};

ReloadedFiles::ReloadedFiles(asio::any_io_executor executor, asio::thread_pool& pool, Logger log,
                             metrics::Registry& registry, std::chrono::nanoseconds interval)
    : executor_(std::move(executor)), pool_(pool), log_(std::move(log)), registry_(registry), interval_(interval) {}

ReloadedFiles::~ReloadedFiles() = default;

Result<void> ReloadedFiles::add(std::string name, std::vector<std::string> paths, Read read) {
  const metrics::Labels label{{"file", name}};
  // The watch looks first, so that a change during the reading is noticed.
  Item& item = *items_.emplace_back(
      new Item{.name = std::move(name),
               .files = FileWatch(executor_, std::move(paths), interval_),
               .read = std::move(read),
               .is_successful = registry_.gauge("metricstream_config_last_reload_successful",
                                                "1 where the last reading of the file succeeded, else 0.", label),
               .succeeded_at = registry_.gauge("metricstream_config_last_reload_success_timestamp_seconds",
                                               "When the file was last read with success.", label)});
  const Reading reading = read_now(item.read);
  for (const std::string& warning : reading.warnings) log_.warn(warning, {{"file", item.name}});
  note(item, reading);
  if (reading.errors.empty()) return {};
  // Nothing was in force before, and the caller tells of them.
  std::string all;
  for (const std::string& error : reading.errors) all += (all.empty() ? "" : "\n") + error;
  return fail(std::move(all));
}

void ReloadedFiles::start(TaskGroup& group) {
  group_ = &group;
  for (const auto& item : items_) group.spawn("file watch", watch(*item));
}

void ReloadedFiles::reload_all() {
  if (items_.empty()) log_.info("SIGHUP: no file of this configuration is read again; other settings need a restart");
  for (const auto& item : items_) {
    if (group_) group_->spawn("reload", read_again(*item, false));
  }
}

void ReloadedFiles::stop() {
  for (const auto& item : items_) item->files.stop();
}

Task<void> ReloadedFiles::watch(Item& item) {
  for (;;) {
    const bool is_changed = co_await item.files.changed();
    if (!is_changed) co_return;
    co_await read_again(item, item.files.is_repetition());
  }
}

Task<void> ReloadedFiles::read_again(Item& item, bool is_repetition) {
  item.is_outdated = true;
  item.is_awaited = item.is_awaited || !is_repetition;
  if (item.is_reading) co_return;
  item.is_reading = true;
  while (std::exchange(item.is_outdated, false)) {
    const bool is_awaited = std::exchange(item.is_awaited, false);
    const Reading reading = co_await asio::co_spawn(pool_, read_on_pool(item.read), asio::use_awaitable);
    report(item, reading, !is_awaited);
    note(item, reading);
  }
  item.is_reading = false;
}

void ReloadedFiles::note(Item& item, const Reading& reading) {
  item.errors = reading.errors;
  item.files.note_reading(reading.errors.empty());
  item.is_successful.set(reading.errors.empty() ? 1 : 0);
  if (!reading.errors.empty()) return;
  item.succeeded_at.set(unix_seconds());
  log_.info("file read", {{"file", item.name}, {"in_force", reading.summary}});
}

// A repetition that fails as the reading before tells nothing, and one that fails otherwise once in a while, since two
// causes may take turns.
void ReloadedFiles::report(const Item& item, const Reading& reading, bool is_repetition) {
  const bool is_bad = !reading.errors.empty();
  if (is_bad && is_repetition && reading.errors == item.errors) return;
  const auto tell = [&](LogLevel level, std::string_view message) {
    if (is_bad && is_repetition) {
      log_.repeated(level, message, {{"file", item.name}});
    } else {
      log_.log(level, message, {{"file", item.name}});
    }
  };
  for (const std::string& warning : reading.warnings) tell(LogLevel::warn, warning);
  for (const std::string& error : reading.errors) tell(LogLevel::error, error);
  if (is_bad) tell(LogLevel::error, "what was in force before stays in force");
}

}  // namespace metricstream::ingestion
