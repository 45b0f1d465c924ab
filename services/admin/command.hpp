#pragma once

#include <functional>
#include <string_view>

#include "services/admin/connections.hpp"

namespace CLI {
class App;
}

namespace metricstream::admin {

// What the command line chose; returns an ExitCode.
using Command = std::function<int()>;

// Each adds its sub-command to `app`; when that is parsed, `chosen` becomes it. Both other arguments must live until
// then.
void add_setup_kafka(CLI::App& app, const Connections& connections, Command& chosen);
void add_setup_influxdb(CLI::App& app, const Connections& connections, Command& chosen);
void add_tail(CLI::App& app, const Connections& connections, Command& chosen);
void add_send(CLI::App& app, const Connections& connections, Command& chosen);
void add_query(CLI::App& app, const Connections& connections, Command& chosen);
void add_keys(CLI::App& app, Command& chosen);
// check config, config default, healthcheck: what every program of the pipeline has.
void add_inspect(CLI::App& app, const Connections& connections, Command& chosen);

// Says what went wrong on standard error; returns the exit code for it.
int failed(std::string_view message);         // 1
int misconfigured(std::string_view message);  // 78
int misused(std::string_view message);        // 2
// 78, of what load_settings() found: each line begins with its own place (file:line:col), where editors look for it,
// so that no program's name comes before it.
int bad_settings(std::string_view problems);

}  // namespace metricstream::admin
