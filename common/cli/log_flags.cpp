#include "common/cli/log_flags.hpp"

#include <CLI/CLI.hpp>

#include "common/config/shared_settings.hpp"

namespace metricstream {

void LogFlags::add_to(CLI::App& app, const std::string& note) {
  app.add_option("--log.level", level_, note)
      ->envname("METRICSTREAM_LOG_LEVEL")
      ->check(CLI::IsMember(config::Value<LogLevel>::words()));
  app.add_option("--log.format", format_, note)
      ->envname("METRICSTREAM_LOG_FORMAT")
      ->check(CLI::IsMember(config::Value<LogFormat>::words()));
}

void LogFlags::apply_to(LogSettings& settings) const {
  if (const auto level = config::Value<LogLevel>::parse(level_)) settings.level = *level;
  if (const auto format = config::Value<LogFormat>::parse(format_)) settings.format = *format;
}

}  // namespace metricstream
