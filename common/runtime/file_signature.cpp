#include "common/runtime/file_signature.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace metricstream {
namespace {

std::int64_t ns_of(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::int64_t>(time.tv_nsec);
}

}  // namespace

FileSignature signature_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {.error = errno};
  return {.device = facts.st_dev,
          .inode = facts.st_ino,
          .size = facts.st_size,
          .modified_ns = ns_of(facts.st_mtim),
          .changed_ns = ns_of(facts.st_ctim)};
}

std::vector<FileSignature> signatures_of(std::span<const std::string> paths) {
  std::vector<FileSignature> out;
  out.reserve(paths.size());
  for (const std::string& path : paths) out.push_back(signature_of(path));
  return out;
}

bool ChangeDetector::observe(std::vector<FileSignature> now) {
  const bool is_settled = now == seen_;
  seen_ = std::move(now);
  if (is_settled && seen_ == told_) {
    looks_ = 0;
    return is_repetition_due();
  }
  if (!is_settled && ++looks_ < kPatience) return false;
  looks_ = 0;
  told_ = seen_;
  is_repetition_ = false;
  pause_ = 0;
  looks_left_ = 0;
  return true;
}

bool ChangeDetector::is_repetition_due() {
  if (looks_left_ == 0) return false;
  --looks_left_;
  if (looks_left_ > 0) return false;
  is_repetition_ = true;
  return true;
}

void ChangeDetector::note_reading(bool is_successful) {
  pause_ = is_successful ? 0 : std::min(pause_ + 1, kLongestPause);
  looks_left_ = pause_;
}

}  // namespace metricstream
