#include "common/auth/key_file_edit.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "common/auth/key_file_lines.hpp"
#include "common/base/rfc3339.hpp"
#include "common/base/text.hpp"

namespace metricstream::auth {
namespace {

constexpr std::string_view kOddFile =
    "the file is written in a way that this program does not change (a list between brackets, say); add by hand what "
    "follows";

bool is_plain_word(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kRest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@-";
  // Words that YAML 1.1 or 1.2 takes for something other than text, in any spelling.
  constexpr std::array<std::string_view, 8> kTaken{"null", "true", "false", "yes", "no", "on", "off", "y"};
  if (text.size() < 2 || !kLetters.contains(text.front())) return false;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text.find_first_not_of(kRest) == std::string_view::npos && std::ranges::find(kTaken, lower) == kTaken.end();
}

// As YAML reads it back, and other programs as a text too.
std::string scalar(std::string_view text) {
  if (is_plain_word(text)) return std::string(text);
  std::string out = "\"";
  append_json_escaped(out, text);
  return out + "\"";
}

void append_lines(std::string& out, std::span<const std::string_view> lines) {
  for (const std::string_view line : lines) out += line;
}

// `keys: []  # comment` without its value.
std::string bare_heading(std::string_view line) {
  const std::size_t colon = line.find(':') + 1;
  const std::size_t comment = std::min(line.find('#'), line.size());
  const std::size_t end = std::min(line.find_first_of("\r\n"), line.size());
  std::string out(line.substr(0, colon));
  if (comment < end) out += "  " + std::string(line.substr(comment, end - comment));
  return out + std::string(line.substr(end));
}

// The list's last entry ends a line of its own before another is added.
void end_line(std::string& out, std::string_view line_end) {
  if (!out.empty() && !out.ends_with('\n')) out += line_end;
}

std::optional<std::string> insert_entry(std::string_view text, const KeyEntry& entry) {
  const std::vector<std::string_view> lines = lines_of(text);
  const std::span<const std::string_view> all(lines);
  const std::string_view line_end = line_end_of(text);
  const auto list = find_list(lines, "keys");
  if (!list) return std::nullopt;
  std::string out;
  append_lines(out, all.first(list->heading));
  out += list->is_empty ? bare_heading(lines[list->heading]) : std::string(lines[list->heading]);
  append_lines(out, all.subspan(list->first, list->end - list->first));
  end_line(out, line_end);
  out += entry_text(entry, list->indent, line_end);
  append_lines(out, all.subspan(list->end));
  return out;
}

// The entry's lines from the one after `place` on: those that are indented as far as its names, or farther.
std::size_t entry_end(const std::vector<std::string_view>& lines, const SettingPlace& place) {
  std::size_t i = place.line + 1;
  while (i < lines.size() && (is_blank(lines[i]) || indent_of(lines[i]) >= place.column)) ++i;
  return i;
}

std::size_t entry_begin(const std::vector<std::string_view>& lines, const SettingPlace& place) {
  std::size_t i = place.line;
  while (i > 0 && indent_of(lines[i]) >= place.column) --i;
  return i;
}

// `line` with true in place of the value of `revoked: false`, nothing where it has no such setting.
std::optional<std::string> revoked_line(std::string_view line) {
  constexpr std::string_view kFalse = "false";
  const auto place = find_setting({line}, "revoked", kFalse);
  if (!place) return std::nullopt;
  const std::size_t at = line.find(kFalse, place->column);
  return std::string(line.substr(0, at)) + "true" + std::string(line.substr(at + kFalse.size()));
}

std::string with_line(const std::vector<std::string_view>& lines, std::size_t index, std::string_view replacement) {
  const std::span<const std::string_view> all(lines);
  std::string out;
  append_lines(out, all.first(index));
  out += replacement;
  append_lines(out, all.subspan(index + 1));
  return out;
}

std::optional<std::string> mark_revoked(std::string_view text, std::string_view id) {
  const std::vector<std::string_view> lines = lines_of(text);
  const auto place = find_setting(lines, "id", id);
  if (!place) return std::nullopt;
  const std::string_view line = lines[place->line];
  if (place->is_inline) {
    if (auto changed = revoked_line(line)) return with_line(lines, place->line, *changed);
    const std::string_view mark = place->is_quoted ? R"("revoked": true, )" : "revoked: true, ";
    return with_line(
        lines, place->line,
        std::string(line.substr(0, place->column)) + std::string(mark) + std::string(line.substr(place->column)));
  }
  for (std::size_t i = entry_begin(lines, *place); i < entry_end(lines, *place); ++i) {
    if (auto changed = revoked_line(lines[i])) return with_line(lines, i, *changed);
  }
  std::string changed(line);
  end_line(changed, line_end_of(text));
  changed += std::string(place->column, ' ') + "revoked: true" + std::string(line_end_of(text));
  return with_line(lines, place->line, changed);
}

// The edited text, where it says what it should.
Result<std::string> verified(std::optional<std::string> text, const KeyFile& meant, TimeNs now,
                             std::string_view remedy) {
  const auto refuse = [&] { return fail(std::string(kOddFile) + ":\n" + std::string(remedy)); };
  if (!text) return refuse();
  const KeyFileReading reading = read_key_file(*text, "", now);
  if (!reading.ok() || reading.file != meant) return refuse();
  return *std::move(text);
}

}  // namespace

std::string new_key_file_text(std::string_view pepper_fingerprint) {
  return "# Who may send metrics to MetricStream. Made and changed by metricstream-admin keys create | list | revoke;\n"
         "# see docs/authentication.md. Services take a changed file by themselves. hash is HMAC-SHA-256 of the key's\n"
         "# secret part, keyed with the pepper file: no key can be found from this file.\n"
         "pepper_fingerprint: " +
         scalar(pepper_fingerprint) + "\nkeys: []\n";
}

std::string entry_text(const KeyEntry& entry, std::size_t indent, std::string_view line_end) {
  const std::string margin(indent, ' ');
  std::string out;
  const auto add = [&](std::string_view name, const std::string& value) {
    out += margin + (out.empty() ? "- " : "  ") + std::string(name) + ": " + value + std::string(line_end);
  };
  add("id", entry.id);
  if (entry.revoked) add("revoked", "true");
  add("client", scalar(entry.client));
  add("tenant", scalar(entry.tenant));
  if (entry.created) add("created", format_rfc3339(entry.created->ns));
  if (entry.expires) add("expires", format_rfc3339(entry.expires->ns));
  if (!entry.comment.empty()) add("comment", scalar(entry.comment));
  if (entry.hash) add("hash", to_hex(*entry.hash));
  return out;
}

Result<std::string> with_key(std::string_view text, const KeyFile& before, const KeyEntry& entry, TimeNs now) {
  KeyFile meant = before;
  meant.keys.push_back(entry);
  return verified(insert_entry(text, entry), meant, now, entry_text(entry, 2, "\n"));
}

Result<std::string> with_revoked_key(std::string_view text, const KeyFile& before, std::string_view id, TimeNs now) {
  KeyFile meant = before;
  const auto key = std::ranges::find(meant.keys, id, &KeyEntry::id);
  if (key == meant.keys.end()) return fail("there is no key with this id");
  key->revoked = true;
  return verified(mark_revoked(text, id), meant, now, "revoked: true   (at the key " + std::string(id) + ")");
}

}  // namespace metricstream::auth
