#include "services/agent/collect/procfs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace metricstream::agent {
namespace {

constexpr std::size_t kLargestFile = 4U << 20U;

struct FileDescriptor {
  int number;
  ~FileDescriptor() {
    if (number >= 0) ::close(number);
  }
};

std::unexpected<Error> cannot_read(const std::filesystem::path& path, int error) {
  return fail(path.string() + ": " + std::generic_category().message(error));
}

}  // namespace

Result<std::string> Procfs::read(std::string_view relative_path) const {
  const auto path = root_ / relative_path;
  const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) return cannot_read(path, errno);
  // The files of /proc have no size to ask for: read to the end, in pieces.
  std::string text;
  for (;;) {
    constexpr std::size_t kPiece = 16U << 10U;
    const std::size_t used = text.size();
    text.resize(used + kPiece);
    const auto count = ::read(file.number, text.data() + used, kPiece);
    if (count < 0 && errno == EINTR) {
      text.resize(used);
      continue;
    }
    if (count < 0) return cannot_read(path, errno);
    text.resize(used + static_cast<std::size_t>(count));
    if (count == 0) return text;
    if (text.size() > kLargestFile) return fail(path.string() + ": larger than 4 MiB, not a file of /proc");
  }
}

}  // namespace metricstream::agent
