#include "services/agent/ledger.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/text.hpp"

namespace metricstream::agent {
namespace {

// Builds one line: {"event":"...","at_ns":...,...}
class Line {
 public:
  Line(std::string_view event, TimeNs now) : text_("{") {
    text("event", event);
    number("at_ns", now);
  }

  void text(std::string_view key, std::string_view value) {
    begin(key);
    text_ += '"';
    append_json_escaped(text_, value);
    text_ += '"';
  }
  template <class Number>
  void number(std::string_view key, Number value) {
    begin(key);
    text_ += std::to_string(value);
  }
  void json(std::string_view key, std::string_view value) {
    begin(key);
    text_ += value;
  }
  void truth(std::string_view key, bool value) { json(key, value ? "true" : "false"); }

  [[nodiscard]] std::string take() && {
    text_ += "}\n";
    return std::move(text_);
  }

 private:
  void begin(std::string_view key) {
    if (text_.size() > 1) text_ += ',';
    text_ += '"';
    text_ += key;
    text_ += "\":";
  }

  std::string text_;
};

void append_batch(Line& line, const OutgoingBatch& batch) {
  line.text("batch_id", batch.key);
  line.number("samples", batch.samples);
  line.number("attempts", batch.attempts);
}

// False for a file that a killed run left in the middle of a line.
bool ends_in_newline(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || status.st_size == 0) return true;
  char last = '\n';
  return ::pread(descriptor, &last, 1, status.st_size - 1) != 1 || last == '\n';
}

}  // namespace

void Ledger::Close::operator()(const int* descriptor) const {
  ::close(*descriptor);
  delete descriptor;
}

Result<Ledger> Ledger::open(const std::string& path) {
  if (path.empty()) return Ledger(nullptr);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(path + ": " + std::generic_category().message(errno));
  Ledger ledger(Descriptor(new int(descriptor)));
  if (ends_in_newline(descriptor)) return ledger;
  if (const Result<void> ended = ledger.write("\n"); !ended) return std::unexpected(ended.error());
  return ledger;
}

Result<void> Ledger::started(TimeNs now, std::string_view run, std::string_view host) {
  Line line("started", now);
  line.text("run", run);
  line.text("host", host);
  return write(std::move(line).take());
}

Result<void> Ledger::acknowledged(TimeNs now, const Settled& settled, std::string_view endpoint) {
  Line line("acknowledged", now);
  append_batch(line, settled.batch);
  line.text("endpoint", endpoint);
  line.number("status", settled.answer.status);
  line.number("rejected", settled.answer.rejected.value_or(0));
  line.json("body", settled.batch.body);
  return write(std::move(line).take());
}

Result<void> Ledger::dropped(TimeNs now, const OutgoingBatch& batch, std::string_view reason) {
  Line line("dropped", now);
  append_batch(line, batch);
  line.text("reason", reason);
  line.truth("maybe_stored", batch.maybe_stored);
  line.json("body", batch.body);
  return write(std::move(line).take());
}

Result<void> Ledger::discarded(TimeNs now, std::size_t samples, std::string_view reason) {
  Line line("discarded", now);
  line.number("samples", samples);
  line.text("reason", reason);
  return write(std::move(line).take());
}

Result<void> Ledger::stopped(TimeNs now, std::string_view run, const Totals& totals) {
  Line line("stopped", now);
  line.text("run", run);
  line.number("collected", totals.collected);
  line.number("acknowledged", totals.acknowledged);
  line.number("dropped", totals.dropped);
  return write(std::move(line).take());
}

Result<void> Ledger::write(std::string line) {
  if (!descriptor_) return {};
  std::string_view rest = line;
  while (!rest.empty()) {
    const auto written = ::write(*descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail("ledger: " + std::generic_category().message(errno));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace metricstream::agent
