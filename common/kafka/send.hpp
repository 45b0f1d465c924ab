#pragma once

#include <chrono>

#include "common/kafka/producer.hpp"
#include "common/runtime/task.hpp"

// Coroutines over Producer. The calling coroutine's executor must be serial (io_context(1) or a strand); it is resumed
// there exactly once, never inline. The producer must outlive the executor's last turn or be drained before.
namespace metricstream::kafka {

// Suspends until the report. Ends within message_timeout.
[[nodiscard]] Task<DeliveryResult> send(Producer& producer, Message message);

// The same, but after `limit` without a report the answer is `unconfirmed`: the message stays in flight, its bytes
// count until its report, and it may still be stored.
[[nodiscard]] Task<DeliveryResult> send(Producer& producer, Message message, std::chrono::milliseconds limit);

// Waits until every message has its report: true, or false after `limit`. Callers stop sending first. Then end the
// loops and destroy the producer outside of them (its destructor blocks).
[[nodiscard]] Task<bool> drain(Producer& producer, std::chrono::milliseconds limit);

}  // namespace metricstream::kafka
