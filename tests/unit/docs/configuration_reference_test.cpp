// docs/configuration.md is generated from the settings' own descriptions.
#include <gtest/gtest.h>

#include <string>

#include "common/config/reference.hpp"
#include "services/agent/settings.hpp"
#include "services/aggregator/settings.hpp"
#include "services/ingestion/settings.hpp"
#include "tests/unit/docs/generated_page.hpp"

namespace metricstream {
namespace {

std::string reference() {
  std::string out =
      "# Configuration\n\n"
      "Generated from the settings' own descriptions; a test compares it with the code.\n\n"
      "Each program reads one YAML file: `--config.file FILE`, else `/etc/metricstream/<program>.yaml` where that "
      "exists, "
      "else the defaults below. `config/` holds a commented file for each. Unknown and duplicate keys, wrong types and "
      "values out of range are errors, all reported at once with file, line and column; `check config FILE` checks "
      "without starting anything, `config default` prints the defaults, `config show` what is in force.\n\n"
      "`${VAR}`, `${VAR:-default}` and `${VAR:?message}` inside a value come from the environment; `$$` is a dollar "
      "sign.\n\n";
  out += config::reference_markdown<ingestion::IngestSettings>("metricstream-ingest", "");
  out += "\n" + config::reference_markdown<aggregator::AggregatorSettings>("metricstream-aggregator", "");
  out += "\n" + config::reference_markdown<agent::AgentSettings>("metricstream-agent", "");
  return out;
}

TEST(ConfigurationReference, SaysWhatTheCodeDoes) { expect_page("configuration.md", reference()); }

}  // namespace
}  // namespace metricstream
