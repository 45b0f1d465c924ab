#pragma once

namespace metricstream {

// Exit codes of every program. 78 is sysexits' EX_CONFIG: systemd's RestartPreventExitStatus=78 keeps a service with a
// bad configuration from being restarted.
enum ExitCode : int { kExitOk = 0, kExitFailure = 1, kExitUsage = 2, kExitConfig = 78 };

}  // namespace metricstream
