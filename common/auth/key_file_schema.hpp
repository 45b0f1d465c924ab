#pragma once

#include "common/auth/key_file.hpp"
#include "common/config/schema.hpp"

// Private to this folder: the key file while it is read.
namespace metricstream::auth {

// Stands in the list until the file's own takes its place: what a file without the setting `keys` is told by.
[[nodiscard]] KeyEntry no_list();

struct KeyFileDraft {
  KeyFile file{.keys = {no_list()}, .certificates = {}, .pepper_fingerprint = {}};
  TimeNs now = 0;
};

// What concerns more than one setting: those that are missing, given twice, too many.
void check_whole(const KeyFileDraft& draft, config::Report& report);

void describe(config::Schema& schema, KeyEntry& key);
void describe(config::Schema& schema, CertificateEntry& certificate);
void describe(config::Schema& schema, KeyFileDraft& draft);

}  // namespace metricstream::auth
