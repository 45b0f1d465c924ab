#include "services/agent/identity.hpp"

#include <unistd.h>

#include <array>

#include "common/base/hash.hpp"
#include "common/base/random_seed.hpp"

namespace metricstream::agent {

std::string system_hostname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

std::string random_run_id() { return to_hex(random_seed()); }

}  // namespace metricstream::agent
