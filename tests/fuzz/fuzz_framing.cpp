// Any bytes as a connection's input: however they are cut, the same requests with the same bodies are read and the same
// one refused, namely those that the plainest reading of the standard finds; and a server answers just these, in order,
// and nothing behind a refusal.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/read_buffer.hpp"
#include "tests/fuzz/fed_server.hpp"
#include "tests/fuzz/framing_answers.hpp"
#include "tests/fuzz/framing_reader.hpp"
#include "tests/fuzz/plain_http.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace metricstream;
using namespace metricstream::fuzz;

// Small, so that short inputs reach them; the body's is more than a server's buffer holds.
constexpr PlainLimits kLimits{.head = {.bytes = 2048, .fields = 16, .target_bytes = 128}, .body_bytes = 40'000};
constexpr http::ServerLimits kServerLimits{.header_bytes = kLimits.head.bytes,
                                           .header_fields = kLimits.head.fields,
                                           .target_bytes = kLimits.head.target_bytes,
                                           .body_bytes = kLimits.body_bytes};
constexpr std::size_t kServerBuffer = http::ReadBuffer::kCapacity;

class Dice {
 public:
  explicit Dice(std::string_view input) : state_(std::hash<std::string_view>{}(input)) {}
  // 0 to `most`.
  std::size_t roll(std::size_t most) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 33U) % (most + 1);
  }

 private:
  std::uint64_t state_;
};

std::vector<std::string_view> cut(std::string_view input, std::size_t largest, Dice& dice) {
  std::vector<std::string_view> pieces;
  while (!input.empty()) {
    pieces.push_back(input.substr(0, 1 + dice.roll(largest - 1)));
    input.remove_prefix(pieces.back().size());
  }
  return pieces;
}

FramingReading read_pieces(const std::vector<std::string_view>& pieces) {
  FramingReader reader(kLimits);
  for (const std::string_view piece : pieces) {
    if (!reader.feed(piece)) break;
  }
  return reader.reading();
}

void check_against_plain_reading(std::string_view input, const FramingReading& reading) {
  std::size_t at = 0;
  PlainRequest plain;
  for (const PlainRequest& request : reading.requests) {
    const Verdict verdict = read_plainly(input, at, kLimits, plain);
    require(verdict == Verdict::taken || verdict == Verdict::either);
    require(request == plain);
    at = plain.end;
  }
  const Verdict verdict = read_plainly(input, at, kLimits, plain);
  require(verdict != Verdict::taken && (verdict == Verdict::waits || reading.refusal != 0));
}

// A request in front of `input` that puts a byte of it, or its end, where the server's buffer ends.
std::string padding_for(std::string_view input, Dice& dice) {
  const std::size_t size = kServerBuffer - std::min(dice.roll(input.size()), kServerBuffer / 2);
  const std::string head = "POST /busy HTTP/1.1\r\nHost: t\r\nContent-Length: ";
  const std::size_t body = size - head.size() - 9;  // five digits and the header's end
  return head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'a');
}

// A request behind the input whose body is larger than the server's buffer.
std::string long_request(Dice& dice) {
  const std::size_t size = kServerBuffer + dice.roll(kLimits.body_bytes - kServerBuffer);
  std::string body(size, '\0');
  for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
  return "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + body;
}

void check_server(const std::string& input, const std::vector<std::string_view>& pieces) {
  static auto& server = *new FedServer(kServerLimits);  // lives as long as the process
  check_answers(server.feed(pieces), read_pieces({input}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  const FramingReading whole = read_pieces({input});
  check_against_plain_reading(input, whole);
  Dice dice(input);
  for (const unsigned largest : {1U, 7U, 200U}) require(read_pieces(cut(input, largest, dice)) == whole);
  const std::size_t kind = dice.roll(7);
  if (kind < 2) {
    const std::string padded = padding_for(input, dice) + input;
    check_server(padded, {padded});
  } else if (kind == 2) {
    const std::string followed = input + long_request(dice);
    check_server(followed, cut(followed, 1 + dice.roll(followed.size()), dice));
  } else {
    check_server(input, cut(input, 1 + dice.roll(size), dice));
  }
  return 0;
}
