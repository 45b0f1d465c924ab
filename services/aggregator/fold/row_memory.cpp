#include "services/aggregator/fold/row_memory.hpp"

#include <cstring>

namespace metricstream::fold {
namespace {

constexpr std::size_t kWorthIt = 4;  // rows: below, looking each up is as fast

void append_number(std::string& out, std::size_t number) {
  const auto small = static_cast<std::uint32_t>(number);
  char bytes[sizeof small];
  std::memcpy(bytes, &small, sizeof small);
  out.append(bytes, sizeof bytes);
}

}  // namespace

std::vector<SeriesHandle>& RowMemory::rows_of(std::string_view client_id, const Batch& batch) {
  if (batch.series.size() < kWorthIt) {
    small_.assign(batch.series.size(), {});
    return small_;
  }
  describe(client_id, batch);
  if (rows_ > kMostRows) {  // tables that hardly ever come again: begin anew
    tables_.clear();
    rows_ = 0;
  }
  std::vector<SeriesHandle>& rows = tables_[hash128(text_)];
  if (rows.empty()) {
    rows.resize(batch.series.size());
    rows_ += rows.size();
  }
  return rows;
}

// Everything that says which series the rows are; lengths go before strings.
void RowMemory::describe(std::string_view client_id, const Batch& batch) {
  text_.clear();
  append_number(text_, client_id.size());
  text_ += client_id;
  append_number(text_, batch.dictionary.size());
  for (const std::string_view string : batch.dictionary) {
    append_number(text_, string.size());
    text_ += string;
  }
  for (const SeriesRow& row : batch.series) {
    append_number(text_, row.name);
    append_number(text_, row.tag_count);
    for (std::uint32_t i = 0; i < row.tag_count; ++i) {
      append_number(text_, batch.tags[row.first_tag + i].key);
      append_number(text_, batch.tags[row.first_tag + i].value);
    }
  }
}

}  // namespace metricstream::fold
