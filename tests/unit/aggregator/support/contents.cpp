#include "tests/unit/aggregator/support/contents.hpp"

#include <algorithm>
#include <cmath>

namespace metricstream::fold::test {

std::string difference(const Contents& expected, const Contents& actual) {
  std::string out;
  int shown = 0;
  const auto show = [&](const char* what, const PointName& name, const FieldMap& fields) {
    out += std::string(what) + " " + name.series + " size " + std::to_string(name.size / kSecond) + "s at " +
           std::to_string(name.time);
    for (const auto& [field, value] : fields) out += " " + field + "=" + std::to_string(value);
    out += '\n';
  };
  const auto same = [](const FieldMap& a, const FieldMap& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
      const double slack = x.first == "stddev" ? 1e-9 * std::max(1.0, std::abs(x.second)) : 0;
      return x.first == y.first && std::abs(x.second - y.second) <= slack;
    });
  };
  for (const auto& [name, fields] : expected) {
    const auto found = actual.find(name);
    if (found != actual.end() && same(fields, found->second)) continue;
    if (++shown > 5) break;
    show(found == actual.end() ? "missing " : "expected", name, fields);
    if (found != actual.end()) show("     got", name, found->second);
  }
  for (const auto& [name, fields] : actual) {
    if (expected.contains(name)) continue;
    if (++shown > 8) break;
    show("unexpected", name, fields);
  }
  return out;
}

}  // namespace metricstream::fold::test
