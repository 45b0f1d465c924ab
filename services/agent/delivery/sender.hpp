#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "common/base/clock.hpp"
#include "services/agent/delivery/answer.hpp"
#include "services/agent/delivery/body.hpp"
#include "services/agent/delivery/endpoints.hpp"
#include "services/agent/delivery/spool.hpp"
#include "services/agent/sample.hpp"

namespace metricstream::agent {

// A batch once it was put together: key and bytes never change, so that every repetition is the same request.
struct OutgoingBatch {
  std::string key;  // Idempotency-Key
  std::string body;
  std::size_t samples = 0;
  unsigned attempts = 0;
  bool maybe_stored = false;  // an attempt ended without telling
};

// A batch that is done with.
struct Settled {
  OutgoingBatch batch;
  bool acknowledged = false;
  std::size_t endpoint = 0;  // that gave the last answer
  Answer answer;
};

struct SenderOptions {
  BodyHead head;
  std::string key_prefix;  // unique to this run of the agent; keys are PREFIX-NUMBER
  std::size_t batch_size = 100;
  std::size_t capacity = 10'000;  // samples, those being sent included
  std::size_t endpoints = 1;
  RetrySettings retry;
};

// Sends what was collected, oldest first, one batch at a time, each until it is acknowledged or refused for good.
// Pure: it says what to do next and is told what came of it; times are of a steady clock. Not thread-safe.
//
//   offer(sample)                           after a round of collection
//   while (true) match (next(now)):
//     Deliver -> send batch() to the endpoint, answered(...)
//     Wait    -> until then, or until something is offered
//     Idle    -> until something is offered
class Sender {
 public:
  explicit Sender(SenderOptions options);

  // False when the buffer was full and a sample was lost: the oldest that is not being sent.
  [[nodiscard]] bool offer(const Sample& sample);

  struct Idle {};
  struct Wait {
    TimeNs until;
  };
  struct Deliver {
    std::size_t endpoint;
  };
  using Step = std::variant<Idle, Wait, Deliver>;
  [[nodiscard]] Step next(TimeNs now);

  // The batch to deliver; only between a Deliver and its answer.
  [[nodiscard]] const OutgoingBatch& batch() const { return *batch_; }
  // The batch, when this answer settled it; `random` is any uniformly distributed number (jitter).
  [[nodiscard]] std::optional<Settled> answered(std::size_t endpoint, Answer answer, TimeNs now, std::uint64_t random);

  // Before the end: no more waiting for its own sake.
  void hurry() { endpoints_.hurry(); }
  // At the end: the batch that is left unsettled, then the number of samples that were never put into one.
  [[nodiscard]] std::optional<OutgoingBatch> abandon_batch();
  [[nodiscard]] std::size_t abandon_waiting();

  [[nodiscard]] std::size_t buffered() const { return spool_.size(); }
  [[nodiscard]] std::size_t capacity() const { return spool_.capacity(); }

 private:
  void form_batch();

  SenderOptions options_;
  Spool spool_;
  Endpoints endpoints_;
  std::optional<OutgoingBatch> batch_;
  std::uint64_t batches_ = 0;
};

}  // namespace metricstream::agent
