#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace metricstream {

// What tells one version of a file from another without reading it. Symbolic links are followed: where one in the path
// is turned to another directory (as Kubernetes updates mounted secrets), device or inode change.
struct FileSignature {
  int error = 0;  // errno where the file cannot be looked at: it is another version that it is missing
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // of the inode: tells a write that restored the time, and chmod of an unreadable file
  auto operator<=>(const FileSignature&) const = default;
};

// One stat(). Blocks for as long as the file system takes: microseconds on a local one.
[[nodiscard]] FileSignature signature_of(const std::string& path);
[[nodiscard]] std::vector<FileSignature> signatures_of(std::span<const std::string> paths);

// Tells from one look after another when files have changed and are worth reading. Pure.
//
// A change is told once the files look the same twice in a row, since a file that is being written is not worth
// reading, or at the kPatience-th look that found them changing, since one that is written to all the time must be read
// as well.
//
// A version whose reading failed is told again though nothing has changed: what was in the way (no free descriptor, a
// network file system that is away) may be gone. At the first look behind the first failure, at the second behind the
// second and so on, at most kLongestPause looks later: a large file that is bad costs a reading each time.
class ChangeDetector {
 public:
  static constexpr int kPatience = 3;
  static constexpr int kLongestPause = 4;

  explicit ChangeDetector(std::vector<FileSignature> now) : told_(now), seen_(std::move(now)) {}

  // True when whoever asks should read the files now.
  [[nodiscard]] bool observe(std::vector<FileSignature> now);
  // Whether what was told last was told before.
  [[nodiscard]] bool is_repetition() const { return is_repetition_; }
  // What came of a reading.
  void note_reading(bool is_successful);

 private:
  [[nodiscard]] bool is_repetition_due();

  std::vector<FileSignature> told_;  // what was there at the last change told, or at the beginning
  std::vector<FileSignature> seen_;  // at the last look
  int looks_ = 0;                    // that found the files changing since
  bool is_repetition_ = false;
  int pause_ = 0;       // looks between the last failed reading and the next; 0: it did not fail
  int looks_left_ = 0;  // of the pause
};

}  // namespace metricstream
