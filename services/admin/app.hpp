#pragma once

namespace metricstream::admin {

// The whole main() of metricstream-admin; returns the exit code.
int run_admin(int argc, const char* const* argv);

}  // namespace metricstream::admin
