#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "services/agent/delivery/sender.hpp"

namespace metricstream::agent {

// The agent's own account of what it sent: a JSON-lines file with one line for each batch that is done with, its body
// included, so that it can be compared with what the pipeline stored. Format: docs/agent.md. Lines are appended
// whole; the file is never truncated. One thread; a write blocks on the file system.
class Ledger {
 public:
  // The file is created where it is missing; an empty path keeps no ledger.
  [[nodiscard]] static Result<Ledger> open(const std::string& path);

  struct Totals {
    std::size_t collected = 0;
    std::size_t acknowledged = 0;
    std::size_t dropped = 0;  // for whatever reason
  };

  Result<void> started(TimeNs now, std::string_view run, std::string_view host);
  Result<void> acknowledged(TimeNs now, const Settled& settled, std::string_view endpoint);
  // A batch that was refused, or that was left at the end.
  Result<void> dropped(TimeNs now, const OutgoingBatch& batch, std::string_view reason);
  // Samples that were never part of a batch.
  Result<void> discarded(TimeNs now, std::size_t samples, std::string_view reason);
  Result<void> stopped(TimeNs now, std::string_view run, const Totals& totals);

 private:
  struct Close {
    void operator()(const int* descriptor) const;
  };
  using Descriptor = std::unique_ptr<const int, Close>;
  explicit Ledger(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Result<void> write(std::string line);

  Descriptor descriptor_;  // none: nothing is kept
};

}  // namespace metricstream::agent
