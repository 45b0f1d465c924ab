#include "tests/support/fake_influx.hpp"

#include <algorithm>
#include <utility>

namespace metricstream::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};

bool is_write(const TestRequest& request) {
  return request.target.starts_with("/write?") || request.target.starts_with("/api/v2/write?");
}

std::vector<std::string> split_lines(std::string_view body) {
  std::vector<std::string> lines;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    lines.emplace_back(body.substr(0, end));
    body.remove_prefix(std::min(body.size(), end + 1));
  }
  return lines;
}

// Position of the first space that no backslash precedes: the end of the series key.
std::size_t series_end(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == ' ') {
      return i;
    }
  }
  return line.size();
}

std::string lane_of(const std::string& policy, const std::vector<std::string>& lines) {
  if (lines.empty()) return policy;
  const std::string_view line = lines.front();
  const std::size_t tag = line.find(",lane=");
  if (tag == std::string_view::npos) return policy;
  return policy + "/" + std::string{line.substr(tag + 6, line.find_first_of(", ", tag + 6) - tag - 6)};
}

}  // namespace

FakeInflux::FakeInflux()
    : server_([this](const TestRequest& request) { return on_request(request); },
              [this](const TestRequest& request) { return on_head(request); }) {}

void FakeInflux::script(WriteScript next) {
  const std::lock_guard lock{mutex_};
  script_.push_back(std::move(next));
}

void FakeInflux::script(std::vector<WriteScript> next) {
  for (WriteScript& one : next) script(std::move(one));
}

void FakeInflux::poison(std::function<bool(std::string_view)> is_poisonous) {
  const std::lock_guard lock{mutex_};
  is_poisonous_ = std::move(is_poisonous);
}

void FakeInflux::limit_body(std::size_t lines) {
  const std::lock_guard lock{mutex_};
  line_limit_ = lines;
}

void FakeInflux::on_other(std::function<TestReply(const TestRequest&)> handler) {
  const std::lock_guard lock{mutex_};
  other_ = std::move(handler);
}

void FakeInflux::release_held() {
  const std::lock_guard lock{mutex_};
  released_ = true;
  changed_.notify_all();
}

void FakeInflux::apply_late() {
  const std::lock_guard lock{mutex_};
  for (const Write& write : late_) {
    for (const std::string& line : write.lines) apply(write.policy, line);
  }
  late_.clear();
  changed_.notify_all();
}

std::vector<FakeInflux::Write> FakeInflux::writes() const {
  const std::lock_guard lock{mutex_};
  return writes_;
}

FakeInflux::Points FakeInflux::points() const {
  const std::lock_guard lock{mutex_};
  return points_;
}

int FakeInflux::most_in_flight_of_a_lane() const {
  const std::lock_guard lock{mutex_};
  return most_in_flight_;
}

bool FakeInflux::wait_for_writes(std::size_t count) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, kPatience, [&] { return writes_.size() >= count; });
}

bool FakeInflux::wait_until(const std::function<bool(const Points&)>& condition) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, kPatience, [&] { return condition(points_); });
}

TestReply FakeInflux::on_head(const TestRequest& request) {
  const std::lock_guard lock{mutex_};
  if (!is_write(request) || script_.empty() || script_.front().wire != WriteScript::Wire::early) return {};
  const WriteScript early = std::move(script_.front());
  script_.pop_front();
  return {http_answer(early.status, early.body, early.headers + "Connection: close\r\n"), true, false};
}

TestReply FakeInflux::on_request(const TestRequest& request) {
  if (is_write(request)) return write(request);
  std::function<TestReply(const TestRequest&)> handler;
  {
    const std::lock_guard lock{mutex_};
    handler = other_;
  }
  return handler ? handler(request) : TestReply{http_answer(404), false, false};
}

TestReply FakeInflux::write(const TestRequest& request) {
  Write write;
  write.target = request.target;
  const bool is_v1 = request.target.starts_with("/write?");
  write.policy = query_parameter(request.target, is_v1 ? "rp" : "bucket");
  write.lines = split_lines(request.body);
  write.gzip = request.headers.contains("content-encoding");
  if (const auto found = request.headers.find("authorization"); found != request.headers.end()) {
    write.authorization = found->second;
  }
  write.at = std::chrono::steady_clock::now();

  std::optional<WriteScript> script;
  {
    const std::lock_guard lock{mutex_};
    enter(write, request.socket);
    writes_.push_back(write);
    if (!script_.empty()) {
      if (!script_.front().is_default()) script = std::move(script_.front());
      script_.pop_front();
    }
    changed_.notify_all();
  }
  TestReply reply = script ? scripted(request, write, *script) : well_behaved(write);
  const std::lock_guard lock{mutex_};
  std::erase_if(in_flight_, [&](const InFlight& one) { return one.socket == request.socket; });
  return reply;
}

void FakeInflux::enter(const Write& write, int socket) {
  std::erase_if(in_flight_, [](const InFlight& one) { return HttpTestServer::is_closed_by_client(one.socket); });
  in_flight_.push_back({lane_of(write.policy, write.lines), socket});
  const auto same_lane =
      std::ranges::count(in_flight_, in_flight_.back().lane, [](const InFlight& one) { return one.lane; });
  most_in_flight_ = std::max(most_in_flight_, static_cast<int>(same_lane));
}

TestReply FakeInflux::scripted(const TestRequest& request, const Write& write, const WriteScript& script) {
  std::unique_lock lock{mutex_};
  if (script.apply == WriteScript::Apply::late) late_.push_back(write);
  if (script.apply == WriteScript::Apply::everything || script.apply == WriteScript::Apply::first_half) {
    const std::size_t count =
        script.apply == WriteScript::Apply::everything ? write.lines.size() : write.lines.size() / 2;
    for (std::size_t i = 0; i < count; ++i) apply(write.policy, write.lines[i]);
  }
  changed_.notify_all();
  const std::string answer = http_answer(script.status, script.body, script.headers);
  switch (script.wire) {
    case WriteScript::Wire::whole:
    case WriteScript::Wire::early:
      return {answer, false, false};
    case WriteScript::Wire::truncated:
      return {"HTTP/1.1 204 No Content\r\nContent-Le", true, false};
    case WriteScript::Wire::garbage:
      return {"\x16\x03\x01 this is no HTTP\r\n\r\n", true, false};
    case WriteScript::Wire::closed:
      return {"", true, false};
    case WriteScript::Wire::reset:
      return {"", true, true};
    case WriteScript::Wire::silent:
      lock.unlock();
      HttpTestServer::wait_for_close(request.socket);
      return {"", true, false};
    case WriteScript::Wire::held:
      changed_.wait_for(lock, kPatience, [&] { return released_; });
      return {answer, false, false};
  }
  return {answer, false, false};
}

TestReply FakeInflux::well_behaved(const Write& write) {
  const std::lock_guard lock{mutex_};
  if (write.lines.size() > line_limit_)
    return {http_answer(413, R"({"error":"Request Entity Too Large"})"), false, false};
  std::size_t refused = 0;
  for (const std::string& line : write.lines) {
    if (is_poisonous_ && is_poisonous_(line)) ++refused;
    apply(write.policy, line);
  }
  changed_.notify_all();
  if (refused == 0) return {http_answer(204), false, false};
  const bool is_v1 = write.target.starts_with("/write?");
  return {http_answer(is_v1 ? 400 : 422,
                      R"({"error":"partial write: poisonous dropped=)" + std::to_string(refused) + "\"}"),
          false, false};
}

void FakeInflux::apply(const std::string& policy, std::string_view line) {
  if (is_poisonous_ && is_poisonous_(line)) return;
  const std::size_t series = series_end(line);
  const std::size_t fields_end = line.rfind(' ');
  if (series >= line.size() || fields_end <= series) return;
  std::string key{line.substr(0, series)};
  key += line.substr(fields_end);
  points_[{policy, std::move(key)}] = line.substr(series + 1, fields_end - series - 1);
}

}  // namespace metricstream::testing
