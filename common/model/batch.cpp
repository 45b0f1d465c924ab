#include "common/model/batch.hpp"

#include <cstring>

namespace metricstream {

std::string_view StringArena::store(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > kChunk / 4) {
    large_.push_back(std::make_unique<char[]>(text.size()));
    std::memcpy(large_.back().get(), text.data(), text.size());
    return {large_.back().get(), text.size()};
  }
  if (kChunk - used_ < text.size()) {
    chunks_.push_back(std::make_unique<char[]>(kChunk));
    used_ = 0;
  }
  char* const place = chunks_.back().get() + used_;
  std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return {place, text.size()};
}

void StringArena::clear() {
  large_.clear();
  if (chunks_.size() > 1) chunks_.resize(1);
  used_ = chunks_.empty() ? kChunk : 0;
}

void Batch::clear() {
  arena.clear();
  dictionary.clear();
  tags.clear();
  series.clear();
  sample_series.clear();
  timestamps.clear();
  values.clear();
  indexes.clear();
  adjusted.clear();
  arrivals.clear();
}

}  // namespace metricstream
