#include "common/gzip/compressor.hpp"

#include <libdeflate.h>

#include <new>

namespace metricstream::gzip {

void Compressor::Free::operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }

Compressor::Compressor(int level) : compressor_(libdeflate_alloc_compressor(level)) {
  if (!compressor_) throw std::bad_alloc{};
}

void Compressor::compress(std::string_view data, std::string& out) {
  out.resize(libdeflate_gzip_compress_bound(compressor_.get(), data.size()));
  // Never 0: the buffer is as large as the worst case.
  out.resize(libdeflate_gzip_compress(compressor_.get(), data.data(), data.size(), out.data(), out.size()));
}

}  // namespace metricstream::gzip
