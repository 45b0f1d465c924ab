#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/hash.hpp"
#include "common/model/record.hpp"
#include "services/aggregator/fold/position.hpp"

namespace metricstream::fold {

// Which samples of a named request were seen: a bit an index.
class IndexSet {
 public:
  // False when it was there already.
  bool insert(std::uint32_t index);

 private:
  std::vector<std::uint64_t> words_;
};

// Remembers requests by their batch key, and readings whose timestamp was replaced by their original timestamp, for as
// long as a repeat could arrive: until the fold has forgotten the block named by the hold. For recovery it also knows
// the first position from which each living key must be read again. Not thread-safe.
class KeyMemory {
 public:
  // The end of the block through which what a record says must be remembered.
  struct Hold {
    TimeNs end;
  };
  struct Request {
    IndexSet seen;
    Hash128 name;
    TimeNs hold;
    Position first;  // the record that first showed anything of it
  };

  // A known request, or a new one with this hold, shown by the record at `position`; the pointers live until the next
  // call of remember() or forget(). A repeat that shows nothing new leaves the hold alone.
  Request* remember(std::string_view client_id, const BatchKey& key, Hold hold, Position position);
  // Null for a request that is not known (any more).
  Request* find(std::string_view client_id, const BatchKey& key);
  // A later copy of the request showed new indexes. For as long as it is held now, all that is known of it is needed.
  void extend(Request& request, Hold hold);
  // True when this reading, adjusted, was seen before. `series_key` is with the client.
  [[nodiscard]] bool knows_adjusted(std::string_view series_key, TimeNs original) const;
  void remember_adjusted(std::string_view series_key, TimeNs original, Hold hold);

  // A record at `position` showed something new that is held until `hold`.
  void pin(Hold hold, Position position);
  // The earliest position that a living key needs, or `otherwise`.
  [[nodiscard]] Position earliest(Position otherwise) const;
  // Drops everything held until `through` or less.
  void forget(TimeNs through);

  [[nodiscard]] std::size_t size() const { return requests_.size() + adjusted_.size(); }

 private:
  boost::unordered_flat_map<Hash128, Request, TableHash> requests_;
  boost::unordered_flat_map<Hash128, TimeNs, TableHash> adjusted_;
  // By hold: what to look at when that block is forgotten, and the first record that brought it.
  std::map<TimeNs, std::vector<Hash128>> expiring_requests_;
  std::map<TimeNs, std::vector<Hash128>> expiring_adjusted_;
  std::map<TimeNs, Position> pins_;
};

}  // namespace metricstream::fold
