#include "services/admin/keys_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace metricstream::admin {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot(const std::string& path, std::string_view what, int error) {
  return fail(path + ": cannot be " + std::string(what) + ": " + std::generic_category().message(error));
}

// A file beside the target that is gone again unless it takes the target's place.
class Replacement {
 public:
  explicit Replacement(const std::string& target) : name_(target + ".XXXXXX") {
    fd_ = ::mkostemp(name_.data(), O_CLOEXEC);
  }
  ~Replacement() {
    if (fd_ < 0) return;
    ::close(fd_);
    if (!is_in_place_) ::unlink(name_.c_str());
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  // All of these return 0 or errno.
  int write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = ::write(fd_, text.data(), text.size());
      if (count < 0 && errno != EINTR) return errno;
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(fd_) == 0 ? 0 : errno;
  }
  int take_place_of(const std::string& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) return errno;
    is_in_place_ = true;
    return sync_directory(fs::path(target).parent_path());
  }

 private:
  // The new name is only safe with its directory.
  static int sync_directory(const fs::path& directory) {
    const int fd = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    const int result = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return result;
  }

  std::string name_;
  int fd_ = -1;
  bool is_in_place_ = false;
};

// Owner first: changing it takes away bits of the mode. 0 or errno.
int keep_attributes(int fd, const struct stat& old) {
  struct stat now{};
  if (::fstat(fd, &now) != 0) return errno;
  const bool is_same_owner = now.st_uid == old.st_uid && now.st_gid == old.st_gid;
  if (!is_same_owner && ::fchown(fd, old.st_uid, old.st_gid) != 0) return errno;
  return ::fchmod(fd, old.st_mode & 07777U) == 0 ? 0 : errno;
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::string& path) {
  const std::string name = target_of(path) + ".lock";
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return cannot(name, "opened", errno);
  FileLock lock(fd);
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return cannot(name, "locked", errno);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

std::string target_of(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target.string();
}

Result<void> replace_file(const std::string& path, std::string_view text, mode_t new_mode) {
  const std::string target = target_of(path);
  struct stat old{};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (!exists && errno != ENOENT) return cannot(path, "looked at", errno);
  Replacement replacement(target);
  if (replacement.fd() < 0) return cannot(path, "written (no file can be made beside it)", errno);
  if (exists) {
    if (const int error = keep_attributes(replacement.fd(), old)) {
      return cannot(path, "replaced with its mode and owner kept (run this as root, or as its owner)", error);
    }
  } else if (::fchmod(replacement.fd(), new_mode) != 0) {
    return cannot(path, "given its mode", errno);
  }
  if (const int error = replacement.write(text)) return cannot(path, "written", error);
  if (const int error = replacement.take_place_of(target)) return cannot(path, "replaced", error);
  return {};
}

}  // namespace metricstream::admin
