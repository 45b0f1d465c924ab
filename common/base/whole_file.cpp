#include "common/base/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace metricstream {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> cannot_read() { return fail("cannot be read: " + std::generic_category().message(errno)); }

bool is_same_version(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// Until the end, or one byte more than `out` was made for.
Result<std::size_t> read_into(int fd, std::string& out) {
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t count = ::read(fd, out.data() + size, out.size() - size);
    if (count == 0) break;
    if (count > 0) size += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR) return cannot_read();
  }
  return size;
}

}  // namespace

Result<WholeFile> read_whole_file(const std::string& path, std::size_t limit) {
  // Not blocking, since opening a pipe that nobody writes to would wait for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat before{};
  if (file.get() < 0 || ::fstat(file.get(), &before) != 0) return cannot_read();
  if (!S_ISREG(before.st_mode)) return fail("is no regular file");
  const auto expected = static_cast<std::size_t>(before.st_size);
  if (expected > limit) {
    return fail("has " + std::to_string(expected) + " bytes, expected " + std::to_string(limit) + " at most");
  }
  WholeFile out{.text = std::string(expected + 1, '\0'), .permissions = before.st_mode & 07777U};
  const auto size = read_into(file.get(), out.text);
  if (!size) return std::unexpected(size.error());
  struct stat after{};
  if (::fstat(file.get(), &after) != 0) return cannot_read();
  if (*size != expected || !is_same_version(before, after)) return fail("changed while it was read");
  out.text.resize(expected);
  return out;
}

Result<std::string> read_stream(const std::string& path, std::size_t limit) {
  constexpr std::size_t kPiece = std::size_t{64} << 10U;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot_read();
  std::string out;
  std::string piece;
  while (out.size() <= limit) {
    piece.resize(std::min(kPiece, limit + 1 - out.size()));
    const auto size = read_into(file.get(), piece);
    if (!size) return std::unexpected(size.error());
    out.append(piece, 0, *size);
    if (*size < piece.size()) return out;
  }
  return fail("has more than " + std::to_string(limit) + " bytes");
}

std::string describe_open_mode(mode_t permissions) {
  constexpr mode_t kTooOpen = 0037;
  if ((permissions & kTooOpen) == 0) return {};
  std::string mode = "0000";
  for (std::size_t i = 4; i-- > 0; permissions >>= 3U) mode[i] = static_cast<char>('0' + (permissions & 7U));
  return "has mode " + mode + ", expected 0600 (or 0640 with the service's group)";
}

}  // namespace metricstream
