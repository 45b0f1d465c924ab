#include "services/aggregator/fold/commit_metadata.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "common/base/hash.hpp"
#include "common/base/text.hpp"

namespace metricstream::fold {
namespace {

constexpr std::string_view kFormat = "2";
constexpr std::size_t kLongest = 150;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find(';');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

bool parse_number(std::string_view text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

std::string encode(const CommitMetadata& metadata) {
  std::string out(kFormat);
  for (const std::int64_t number : {metadata.stream_time, metadata.live_from, metadata.closed_through}) {
    out += ';';
    out += std::to_string(number);
  }
  for (const std::string* word : {&metadata.fingerprint, &metadata.fold_version, &metadata.settings_hash}) {
    out += ';';
    out += *word;
  }
  return out;
}

Result<CommitMetadata> parse_commit_metadata(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail("commit metadata '" + printable(text) + "': " + std::string(why) +
                "; expected 2;TB;n;C;fingerprint;fold version;settings hash");
  };
  if (text.size() > kLongest) return refuse("longer than 150 bytes");
  const std::vector<std::string_view> parts = split(text);
  if (parts.size() != 7) return refuse("has " + std::to_string(parts.size()) + " parts");
  if (parts[0] != kFormat) return refuse("is of another format");
  CommitMetadata out;
  if (!parse_number(parts[1], out.stream_time) || !parse_number(parts[2], out.live_from) ||
      !parse_number(parts[3], out.closed_through) || out.live_from < 0) {
    return refuse("TB, n and C must be whole numbers");
  }
  if (!is_word(parts[4]) || !is_word(parts[5]) || !is_word(parts[6])) return refuse("has an empty or unprintable part");
  out.fingerprint = parts[4];
  out.fold_version = parts[5];
  out.settings_hash = parts[6];
  return out;
}

std::string fingerprint(std::string_view record) { return to_hex(hash64(record)); }

}  // namespace metricstream::fold
