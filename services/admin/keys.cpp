#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/cli/exit_code.hpp"
#include "services/admin/command.hpp"
#include "services/admin/keys_actions.hpp"

namespace metricstream::admin {
namespace {

struct KeysOptions {
  KeyFiles files;
  NewKey wanted;
  std::string id;
  bool json = false;
  bool dry_run = false;
};

int finish(const KeysResult& result) {
  if (!result) {
    if (result.error().exit_code == kExitUsage) return misused(result.error().message);
    if (result.error().exit_code == kExitConfig) return misconfigured(result.error().message);
    return failed(result.error().message);
  }
  std::cerr << result->notes;
  std::cout << result->text << std::flush;
  // A key that was added and that nobody has seen is worth telling.
  return std::cout ? kExitOk : failed("standard output cannot be written: what was asked for got lost");
}

// Each action has options of its own: one that is not chosen takes its values from the environment all the same.
CLI::App* add_action(CLI::App& keys, const std::string& name, const std::string& description, KeysOptions& options) {
  CLI::App* action = keys.add_subcommand(name, description);
  action->add_option("--keys-file", options.files.keys, "The key file, auth.keys_file of the ingest service")
      ->envname("METRICSTREAM_KEYS_FILE")
      ->capture_default_str();
  return action;
}

void add_create(CLI::App& keys, Command& chosen) {
  const auto options = std::make_shared<KeysOptions>();
  CLI::App* action = add_action(keys, "create", "Make a key; prints it, this once, on standard output", *options);
  action->add_option("--pepper-file", options->files.pepper, "The pepper, auth.pepper_file of the ingest service")
      ->envname("METRICSTREAM_PEPPER_FILE")
      ->capture_default_str();
  action->add_option("--client", options->wanted.client, "Whose samples come with it")->required();
  action->add_option("--tenant", options->wanted.tenant,
                     "Whom the client belongs to; default: as its other key says, else 'default'");
  action->add_option("--expires", options->wanted.expires,
                     "90d, or a time such as 2027-01-31T00:00:00Z; default never");
  action->add_option("--comment", options->wanted.comment, "For people, shown by keys list");
  action->add_flag("--dry-run", options->wanted.dry_run, "Tell what would be done");
  action->footer("Example: metricstream-admin keys create --client web-01 --expires 365d > web-01.key");
  action->callback([options, &chosen] {
    chosen = [options] { return finish(create_key(options->files, options->wanted, SystemClock().now())); };
  });
}

void add_list(CLI::App& keys, Command& chosen) {
  const auto options = std::make_shared<KeysOptions>();
  CLI::App* action = add_action(keys, "list", "Show the keys, without their secrets", *options);
  action->add_flag("--json", options->json, "One JSON object: keys, certificates");
  action->callback([options, &chosen] {
    chosen = [options] { return finish(list_keys(options->files, options->json, SystemClock().now())); };
  });
}

void add_revoke(CLI::App& keys, Command& chosen) {
  const auto options = std::make_shared<KeysOptions>();
  CLI::App* action = add_action(keys, "revoke", "Make a key useless, within seconds, for good", *options);
  action->add_option("KEY_ID", options->id, "The middle part of the key, as keys list shows it")->required();
  action->add_flag("--dry-run", options->dry_run, "Tell what would be done");
  action->callback([options, &chosen] {
    chosen = [options] {
      return finish(revoke_key(options->files, options->id, options->dry_run, SystemClock().now()));
    };
  });
}

}  // namespace

void add_keys(CLI::App& app, Command& chosen) {
  CLI::App* keys = app.add_subcommand("keys", "API keys of the ingest service (auth.mode api_key)");
  keys->require_subcommand(1);
  add_create(*keys, chosen);
  add_list(*keys, chosen);
  add_revoke(*keys, chosen);
}

}  // namespace metricstream::admin
