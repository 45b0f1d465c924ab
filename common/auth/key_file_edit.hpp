#pragma once

#include <string>
#include <string_view>

#include "common/auth/key_file.hpp"
#include "common/base/result.hpp"

// Changes of a key file's text that leave everything else in it, comments above all, as it is. Pure.
//
// Each reads the text that it made and compares it with what was meant, so that a file written in a way that is not
// understood here is refused with a message, and never damaged. `before` is what `text` says (read_key_file).
namespace metricstream::auth {

// A file without keys: what it is, and an empty list.
[[nodiscard]] std::string new_key_file_text(std::string_view pepper_fingerprint);

// `text` with `entry` (which has a hash) behind the last key.
[[nodiscard]] Result<std::string> with_key(std::string_view text, const KeyFile& before, const KeyEntry& entry,
                                           TimeNs now);

// `text` with `revoked: true` at the key `id`, which is one of `before` and not revoked yet.
[[nodiscard]] Result<std::string> with_revoked_key(std::string_view text, const KeyFile& before, std::string_view id,
                                                   TimeNs now);

// The lines of an entry, the first with a dash, `indent` blanks in front: id first and hash last, so that a file that
// was cut off within an entry is told by the missing hash.
[[nodiscard]] std::string entry_text(const KeyEntry& entry, std::size_t indent, std::string_view line_end);

}  // namespace metricstream::auth
