#include "common/cli/configuration_file.hpp"

#include <filesystem>
#include <iostream>
#include <system_error>

#include "common/base/whole_file.hpp"
#include "common/cli/exit_code.hpp"

namespace metricstream {
namespace {

constexpr std::size_t kMaxConfigurationSize = std::size_t{64} << 20U;

Result<ConfigurationText> read_named(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(path + ": is a directory, expected a YAML file");
  Result<std::string> text = read_stream(path, kMaxConfigurationSize);
  if (!text) return fail(path + ": " + text.error().message);
  return ConfigurationText{path, *std::move(text)};
}

bool is_good(const Result<ConfigurationText>& file,
             const std::function<config::Findings(const ConfigurationText&)>& judge) {
  if (!file) {
    std::cerr << file.error().message << "\n";
    return false;
  }
  const config::Findings findings = judge(*file);
  print_findings(findings);
  if (!findings.problems.empty()) return false;
  std::cout << file->name << ": ok\n";
  return true;
}

}  // namespace

Result<ConfigurationText> read_configuration(const ConfigurationPlace& place) {
  if (!place.named.empty()) return read_named(place.named);
  std::error_code ignored;
  if (std::filesystem::exists(place.usual, ignored)) return read_named(place.usual);
  return ConfigurationText{"built-in defaults", ""};
}

void print_findings(const config::Findings& findings) {
  for (const config::Problem& warning : findings.warnings) std::cerr << "warning: " << warning.text() << "\n";
  std::cerr << config::text_of(findings.problems);
}

int check_configurations(const std::vector<std::string>& files, const ConfigurationPlace& place,
                         const std::function<config::Findings(const ConfigurationText&)>& judge) {
  if (files.empty()) return is_good(read_configuration(place), judge) ? kExitOk : kExitFailure;
  bool all_good = true;
  for (const std::string& path : files) all_good = is_good(read_named(path), judge) && all_good;
  return all_good ? kExitOk : kExitFailure;
}

}  // namespace metricstream
