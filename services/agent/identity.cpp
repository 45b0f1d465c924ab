#include "services/agent/identity.hpp"

#include <unistd.h>

#include <array>
#include <random>

#include "common/base/hash.hpp"

namespace metricstream::agent {

std::string system_hostname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

std::string random_run_id() {
  std::random_device source;
  const auto high = static_cast<std::uint64_t>(source());
  return to_hex(high << 32U | source());
}

}  // namespace metricstream::agent
