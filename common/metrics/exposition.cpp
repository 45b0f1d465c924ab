#include "common/metrics/exposition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "common/base/blank.hpp"

namespace metricstream::metrics {
namespace {

// A media range's quality for each format, -1 where it does not cover it. The more specific range decides.
struct Preference {
  double quality = -1;
  int specificity = -1;
};

// What stands before `separator`; the rest of `text` behind it stays.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return trimmed(part);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

int specificity(std::string_view range, Format format) {
  constexpr std::array<std::string_view, 3> types{"application/json", "text/plain", "application/openmetrics-text"};
  const std::string_view type = types[static_cast<std::size_t>(format)];
  if (equals_ignoring_case(range, type)) return 2;
  if (range == "*/*") return 0;
  const std::string_view major = type.substr(0, type.find('/'));
  const bool any_minor = range.ends_with("/*") && equals_ignoring_case(range.substr(0, range.size() - 2), major);
  return any_minor ? 1 : -1;
}

double quality_of(std::string_view parameters) {
  double quality = 1;
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const auto [end, error] = std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), quality);
    if (error != std::errc{}) quality = 0;
  }
  return quality;
}

}  // namespace

std::string_view content_type(Format format) {
  constexpr std::array<std::string_view, 3> types{"application/json", "text/plain; version=0.0.4; charset=utf-8",
                                                  "application/openmetrics-text; version=1.0.0; charset=utf-8"};
  return types[static_cast<std::size_t>(format)];
}

Format negotiate(std::string_view accept, Format fallback) {
  std::array<Preference, 3> preferences;
  while (!accept.empty()) {
    std::string_view parameters = take_until(accept, ',');
    const std::string_view range = take_until(parameters, ';');
    const double quality = quality_of(parameters);
    for (const Format format : {Format::json, Format::text, Format::openmetrics}) {
      Preference& preference = preferences[static_cast<std::size_t>(format)];
      const int here = specificity(range, format);
      if (here > preference.specificity) preference = {quality, here};
    }
  }
  // Best is the highest quality, then a type that was named, then the most detail. A bare */* speaks for the fallback
  // only.
  Format best = fallback;
  std::tuple<double, bool> best_rank{0, false};
  for (const Format format : {Format::json, Format::text, Format::openmetrics}) {
    const Preference& preference = preferences[static_cast<std::size_t>(format)];
    const bool named = preference.specificity > 0;
    const std::tuple rank{preference.quality, named};
    if (preference.quality <= 0 || (!named && format != fallback) || rank < best_rank) continue;
    best = format;
    best_rank = rank;
  }
  return best;
}

bool accepts_gzip(std::string_view accept_encoding) {
  double by_name = -1;
  double by_any = 0;
  while (!accept_encoding.empty()) {
    std::string_view parameters = take_until(accept_encoding, ',');
    const std::string_view coding = take_until(parameters, ';');
    const double quality = quality_of(parameters);
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) by_name = quality;
    if (coding == "*") by_any = quality;
  }
  return (by_name >= 0 ? by_name : by_any) > 0;
}

}  // namespace metricstream::metrics
