#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.hpp"
#include "common/model/batch.hpp"
#include "services/aggregator/fold/series_table.hpp"

namespace metricstream::fold {

// Which series the rows of a record are. An agent sends the same table of series every time, so that one look-up finds
// all of them, instead of one a row by its name and tags. A cache: what it returns must be checked with
// SeriesTable::is_alive(). Not thread-safe.
class RowMemory {
 public:
  // As many rows as the batch has, for the caller to correct where they are not alive; valid until the next call.
  std::vector<SeriesHandle>& rows_of(std::string_view client_id, const Batch& batch);

 private:
  static constexpr std::size_t kMostRows = 4'000'000;  // 32 MB

  void describe(std::string_view client_id, const Batch& batch);

  boost::unordered_flat_map<Hash128, std::vector<SeriesHandle>, TableHash> tables_;
  std::size_t rows_ = 0;
  std::vector<SeriesHandle> small_;
  std::string text_;
};

}  // namespace metricstream::fold
