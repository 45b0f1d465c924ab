#include "tests/unit/gzip/zlib_reference.hpp"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace metricstream::testing {
namespace {

constexpr int kGzip = 16;  // added to the window's bits
constexpr std::size_t kChunk = 64 * 1024;

Bytef* bytes_of(std::string& text) { return reinterpret_cast<Bytef*>(text.data()); }
// zlib does not write through next_in, although it is no pointer to const.
Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

class Deflater {
 public:
  Deflater(int level, int window_bits, int strategy) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, window_bits, 8, strategy) != Z_OK) throw std::bad_alloc{};
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&stream_); }

  void set_header(gz_header& header) { deflateSetHeader(&stream_, &header); }
  void write(std::string_view data, int flush) {
    stream_.next_in = bytes_of(data);
    stream_.avail_in = static_cast<uInt>(data.size());
    std::string chunk(kChunk, '\0');
    do {
      stream_.next_out = bytes_of(chunk);
      stream_.avail_out = static_cast<uInt>(chunk.size());
      deflate(&stream_, flush);
      out_.append(chunk, 0, chunk.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  z_stream stream_{};
  std::string out_;
};

std::expected<ZlibInflated, std::string> inflate_all(std::string_view data, std::size_t limit, int window_bits) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) throw std::bad_alloc{};
  stream.next_in = bytes_of(data);
  stream.avail_in = static_cast<uInt>(data.size());
  ZlibInflated out{};
  std::string chunk(std::min(limit + 1, kChunk), '\0');
  int result = Z_OK;
  while (result == Z_OK && out.content.size() <= limit) {
    stream.next_out = bytes_of(chunk);
    stream.avail_out = static_cast<uInt>(chunk.size());
    result = inflate(&stream, Z_NO_FLUSH);
    out.content.append(chunk, 0, chunk.size() - stream.avail_out);
  }
  out.used = data.size() - stream.avail_in;
  const std::string words = stream.msg != nullptr ? stream.msg : "cut off";
  inflateEnd(&stream);
  if (out.content.size() > limit) return std::unexpected("too large");
  if (result != Z_STREAM_END) return std::unexpected(words);
  return out;
}

void append_u32(std::string& out, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xffU);
}

}  // namespace

std::string gzip_by_zlib(std::string_view data, const GzipChoices& choices) {
  Deflater deflater(choices.level, choices.window_bits + kGzip, choices.strategy);
  GzipHeader texts = choices.header.value_or(GzipHeader{});
  gz_header header{};
  if (choices.header) {
    header.extra = texts.extra.empty() ? nullptr : bytes_of(texts.extra);
    header.extra_len = static_cast<uInt>(texts.extra.size());
    header.name = texts.name ? bytes_of(*texts.name) : nullptr;
    header.comment = texts.comment ? bytes_of(*texts.comment) : nullptr;
    header.hcrc = texts.checksum ? 1 : 0;
    deflater.set_header(header);
  }
  const std::size_t step = choices.flush_every == 0 ? data.size() + 1 : choices.flush_every;
  while (data.size() > step) {
    deflater.write(data.substr(0, step), Z_SYNC_FLUSH);
    data.remove_prefix(step);
  }
  deflater.write(data, Z_FINISH);
  return deflater.take();
}

std::string deflate_piece(std::string_view data) {
  Deflater deflater(9, -15, Z_DEFAULT_STRATEGY);
  deflater.write(data, Z_FULL_FLUSH);
  return deflater.take();
}

std::string member_of(std::string_view deflate_data, std::uint32_t crc, std::uint32_t size) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  out += deflate_data;
  append_u32(out, crc);
  append_u32(out, size);
  return out;
}

std::uint32_t crc_by_zlib(std::string_view data) {
  return static_cast<std::uint32_t>(crc32_z(0, bytes_of(data), data.size()));
}

std::expected<ZlibInflated, std::string> ungzip_by_zlib(std::string_view stream, std::size_t limit) {
  return inflate_all(stream, limit, 15 + kGzip);
}

std::expected<ZlibInflated, std::string> inflate_by_zlib(std::string_view data, std::size_t limit) {
  return inflate_all(data, limit, -15);
}

}  // namespace metricstream::testing
