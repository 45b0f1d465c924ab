#include "tests/integration/aggregator/append_time_log.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

namespace metricstream::test {
namespace {

constexpr std::uint16_t kLogAppendTime = 0x08;  // among a batch's attributes

// Kafka's protocol: big-endian numbers, and within records zig-zag varints.
template <class Integer>
void put(std::string& out, Integer number) {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xff);
  }
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::int16_t>(text.size()));
  out += text;
}

void put_varint(std::string& out, std::int64_t number) {
  auto rest = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
  for (; rest >= 0x80; rest >>= 7) out += static_cast<char>(rest | 0x80);
  out += static_cast<char>(rest);
}

template <class Integer>
Integer number_at(std::string_view bytes, std::size_t position) {
  std::uint64_t out = 0;
  for (const char c : bytes.substr(position, sizeof(Integer))) out = out << 8 | static_cast<unsigned char>(c);
  return static_cast<Integer>(out);
}

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

// A batch (version 2) of one record without key and headers.
std::string record_batch(TimeNs at, std::string_view payload, int hole) {
  std::string record;
  for (const int number : {0, 0, hole})
    put_varint(record, number);  // attributes, time and offset relative to the batch's
  put_varint(record, -1);        // no key
  put_varint(record, static_cast<std::int64_t>(payload.size()));
  record += payload;
  put_varint(record, 0);  // headers

  std::string summed;
  put(summed, kLogAppendTime);
  put(summed, std::int32_t{hole});  // last offset, relative
  for (int i = 0; i < 2; ++i) put(summed, at / kMillisecond);
  put(summed, std::int64_t{-1});  // producer id, epoch, sequence: none
  put(summed, std::int16_t{-1});
  put(summed, std::int32_t{-1});
  put(summed, std::int32_t{1});  // records
  put_varint(summed, static_cast<std::int64_t>(record.size()));
  summed += record;

  std::string out;
  put(out, std::int64_t{0});  // the broker sets the offset, which the checksum leaves out
  put(out, static_cast<std::int32_t>(4 + 1 + 4 + summed.size()));
  put(out, std::int32_t{-1});  // leader epoch
  put(out, std::int8_t{2});    // format
  put(out, crc32c(summed));
  return out + summed;
}

std::string produce_request(const std::string& topic, std::int32_t partition, std::string_view batch) {
  std::string out;
  put(out, static_cast<std::int16_t>(KafkaRequest::produce));
  put(out, std::int16_t{7});  // version
  put(out, std::int32_t{1});  // correlation
  put_text(out, "append-time-log");
  put(out, std::int16_t{-1});      // no transaction
  put(out, std::int16_t{-1});      // acks: all
  put(out, std::int32_t{10'000});  // time-out, ms
  put(out, std::int32_t{1});
  put_text(out, topic);
  put(out, std::int32_t{1});
  put(out, partition);
  put(out, static_cast<std::int32_t>(batch.size()));
  out += batch;
  return out;
}

int connect_to(const std::string& address) {
  const auto colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(out, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0) << address;
  return out;
}

std::string receive(int socket, std::size_t size) {
  std::string out(size, '\0');
  return recv(socket, out.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size) ? out : std::string();
}

}  // namespace

AppendTimeLog::AppendTimeLog(const MockKafka& cluster, std::string topic)
    : topic_(std::move(topic)), socket_(connect_to(cluster.brokers())) {}

AppendTimeLog::~AppendTimeLog() { close(socket_); }

std::int64_t AppendTimeLog::append(std::int32_t partition, TimeNs at, std::string_view payload, int hole) {
  const std::string request = produce_request(topic_, partition, record_batch(at, payload, hole));
  std::string framed;
  put(framed, static_cast<std::int32_t>(request.size()));
  framed += request;
  EXPECT_EQ(send(socket_, framed.data(), framed.size(), MSG_NOSIGNAL), static_cast<ssize_t>(framed.size()));
  const std::string size = receive(socket_, 4);
  const std::string answer = receive(socket_, number_at<std::uint32_t>(size, 0));
  // correlation, one topic, its name, one partition, its number
  const std::size_t error_at = 4 + 4 + 2 + topic_.size() + 4 + 4;
  if (answer.size() < error_at + 10) {
    ADD_FAILURE() << "no answer to a produce request";
    return -1;
  }
  EXPECT_EQ(number_at<std::int16_t>(answer, error_at), 0) << "Kafka's error code";
  return number_at<std::int64_t>(answer, error_at + 2);
}

}  // namespace metricstream::test
