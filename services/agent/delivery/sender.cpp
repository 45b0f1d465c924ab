#include "services/agent/delivery/sender.hpp"

#include <utility>

namespace metricstream::agent {

Sender::Sender(SenderOptions options)
    : options_(std::move(options)), spool_(options_.capacity), endpoints_(options_.endpoints, options_.retry) {}

bool Sender::offer(const Sample& sample) {
  std::string rendered;
  append_sample_json(rendered, sample);
  return spool_.push(std::move(rendered));
}

Sender::Step Sender::next(TimeNs now) {
  if (!batch_ && spool_.waiting() == 0) return Idle{};
  if (!batch_) form_batch();
  if (const auto endpoint = endpoints_.choose(now)) return Deliver{*endpoint};
  return Wait{endpoints_.ready_at()};
}

void Sender::form_batch() {
  const auto samples = spool_.take(options_.batch_size);
  batch_ = OutgoingBatch{.key = options_.key_prefix + "-" + std::to_string(++batches_),
                         .body = batch_body(options_.head, samples),
                         .samples = samples.size()};
}

std::optional<Settled> Sender::answered(std::size_t endpoint, Answer answer, TimeNs now, std::uint64_t random) {
  ++batch_->attempts;
  const Verdict verdict = judge(answer);
  switch (verdict) {
    case Verdict::retry:
    case Verdict::unauthorized:
      endpoints_.failed(endpoint, now, answer.retry_after, random);
      break;
    case Verdict::slow_down:
      endpoints_.slow_down(endpoint, now, answer.retry_after, random);
      break;
    case Verdict::acknowledged:
    case Verdict::refused:
      endpoints_.succeeded(endpoint);
      spool_.release();
      Settled settled{std::move(*batch_), verdict == Verdict::acknowledged, endpoint, std::move(answer)};
      batch_.reset();
      return settled;
  }
  batch_->maybe_stored = batch_->maybe_stored || is_ambiguous(answer);
  return std::nullopt;
}

std::optional<OutgoingBatch> Sender::abandon_batch() {
  spool_.release();
  return std::exchange(batch_, std::nullopt);
}

std::size_t Sender::abandon_waiting() {
  const auto left = spool_.take(spool_.waiting()).size();
  spool_.release();
  return left;
}

}  // namespace metricstream::agent
