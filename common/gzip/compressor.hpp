#pragma once

#include <memory>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace metricstream::gzip {

// Whole buffers to gzip members by libdeflate. Not thread-safe; keep one a thread, its tables are large.
class Compressor {
 public:
  explicit Compressor(int level = 1);  // 1 (fast) to 12
  // Replaces the content of `out`.
  void compress(std::string_view data, std::string& out);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

}  // namespace metricstream::gzip
