"""Batches with everything a pipeline has to bear, and what must come out of each.

A client enters a batch into its ledger when it is answered 202. Its batches are sent one after the other (log order is
then its sending order).
"""

import json
import random
import time
from dataclasses import dataclass, field
from typing import Callable

from stack.expected import SECOND

from tests.e2e.oracle import Ledger

GROUPED = "rpc.calls"  # aggregated by service under a rule
UNTIMED, SKEWED = "untimed.total", "skewed.total"  # placed at the acceptance time: only totals are known
FUTURE = 10 * 60 * SECOND  # beyond max_future
TOO_OLD = 24 * 3600 * SECOND  # beyond max_age


def now_ns() -> int:
    return time.time_ns()


@dataclass
class Batch:
    key: str
    body: bytes
    made_at: int
    samples: int
    errors: dict[int, str]  # index -> reason in the answer; adjusted ones too
    adjusted: int
    effects: list[Callable[[Ledger], None]] = field(default_factory=list)
    corrects: bool = False

    @property
    def rejected(self) -> int:
        return len(self.errors) - self.adjusted

    @property
    def accepted(self) -> int:
        return self.samples - self.rejected


class Client:
    """Makes the batches of one client. Deterministic but for the clock."""

    def __init__(self, number: int, seed: int, batch_size: int, oldest: float) -> None:
        """`oldest`: seconds that a late but acceptable sample may lie in the past."""
        self.id = f"client-{number:02d}"
        self.ledger = Ledger()
        self._random = random.Random(seed * 1000 + number)
        self._batch_size, self._oldest = batch_size, oldest
        self._batches = 0
        self._correctable: list[tuple[str, dict[str, str], int, float]] = []  # readings that were answered at once
        self._fresh: list[tuple[str, dict[str, str], int, float]] = []  # readings of the batch under way
        self._skewed: list[tuple[int, float]] = []
        self.last: Batch | None = None

    def next_batch(self) -> Batch:
        self._batches += 1
        samples: list[object] = []
        now = now_ns()
        batch = Batch(f"{self.id}-{self._batches}", b"", now, 0, {}, 0)
        self._correctable = [one for one in self._correctable if one[2] > now - self._oldest * SECOND]
        while len(samples) < self._batch_size:
            self._add_sample(batch, samples, now)
        batch.samples = len(samples)
        batch.body = json.dumps({"metrics": samples}).encode()
        return batch

    def answered(self, batch: Batch, attempts: int) -> None:
        """The batch is in the log, at least once."""
        for effect in batch.effects:
            effect(self.ledger)
        # Where an unanswered copy may still be under way, a correction could be overtaken by it (a known limit).
        if attempts > 1 or batch.corrects:
            self._fresh = []
        self._correctable = (self._correctable + self._fresh)[-500:]
        self._fresh = []
        self.last = batch

    def _add_sample(self, batch: Batch, samples: list, now: int) -> None:
        chance = self._random.random()
        if chance < 0.66:
            self._reading(batch, samples, self._time(now))
        elif chance < 0.70:
            self._reading(batch, samples, now - int(self._random.uniform(0.4, 1) * self._oldest * SECOND))  # late
        elif chance < 0.86:
            self._observation(batch, samples, self._time(now))
        elif chance < 0.91:
            self._again(batch, samples)
        elif chance < 0.95:
            self._correction(batch, samples)
        elif chance < 0.97:
            self._invalid(batch, samples, now)
        elif chance < 0.985:
            value = self._value()
            samples.append({"name": UNTIMED, "value": value})
            batch.effects.append(lambda ledger: ledger.place(self.id, UNTIMED, {}, value))
        else:
            self._skewed_reading(batch, samples, now)

    def _time(self, now: int) -> int:
        """Within the last two seconds, in whole milliseconds: some of them meet."""
        return (now - self._random.randrange(2 * SECOND)) // 1_000_000 * 1_000_000

    def _value(self) -> float:
        return self._random.choice([self._random.gauss(0, 1000), float(self._random.randrange(100)), self._random.random() * 1e-9])

    def _series(self) -> tuple[str, dict[str, str]]:
        kind = self._random.randrange(4)
        if kind == 0:
            return "cpu.load", {}
        if kind == 1:
            return "disk.used", {"host": f"h {self._random.randrange(2)}", "mount": "/a=b, c"}
        if kind == 2:
            return "requests", {"zone": "eu"}
        return GROUPED, {"service": self._random.choice("ab"), "host": self._random.choice("123")}

    def _append(self, samples: list, name: str, tags: dict[str, str], time_: int, value: float, **more) -> None:
        written = self._random.choice([time_ // 1_000_000, time_]) if time_ % 1_000_000 == 0 else time_
        sample = {"name": name, "value": value, "timestamp": written, **more}
        if tags:
            sample["tags"] = dict(self._random.sample(list(tags.items()), len(tags)))  # in any order
        samples.append(sample)

    def _reading(self, batch: Batch, samples: list, time_: int) -> None:
        name, tags = self._series()
        value = self._value()
        more = {"type": "counter"} if name == "requests" else {}
        self._append(samples, name, tags, time_, value, **more)
        batch.effects.append(lambda ledger: ledger.read(self.id, name, tags, time_, value))
        self._fresh.append((name, tags, time_, value))

    def _observation(self, batch: Batch, samples: list, time_: int) -> None:
        value = self._value()
        for _ in range(self._random.choice([1, 1, 1, 2])):  # twins count twice
            self._append(samples, "latency", {"path": "/x"}, time_, value, type=self._random.choice(["histogram", "timer"]))
            batch.effects.append(lambda ledger: ledger.observe(self.id, "latency", {"path": "/x"}, time_, value))

    def _again(self, batch: Batch, samples: list) -> None:
        """A reading that was sent before, in another batch, with the value that it has now."""
        if not self._correctable:
            return
        name, tags, time_, _ = self._random.choice(self._correctable)
        value = self.ledger.of(self.id, name, tags).readings[time_]
        if any(one[:3] == (name, tags, time_) for one in self._fresh):
            return  # this batch changes it
        batch.corrects = True
        self._append(samples, name, tags, time_, value)
        batch.effects.append(lambda ledger: ledger.read(self.id, name, tags, time_, value))

    def _correction(self, batch: Batch, samples: list) -> None:
        if not self._correctable:
            return
        at = self._random.randrange(len(self._correctable))
        name, tags, time_, _ = self._correctable.pop(at)
        if any(one[:3] == (name, tags, time_) for one in self._correctable):
            return
        value = self._value()
        batch.corrects = True
        self._append(samples, name, tags, time_, value)
        batch.effects.append(lambda ledger: ledger.read(self.id, name, tags, time_, value))

    def _skewed_reading(self, batch: Batch, samples: list, now: int) -> None:
        """Its clock is ten minutes ahead: placed at the acceptance time, the same original time counts once."""
        index = len(samples)
        # Those sent long ago are forgotten by now, and would count again (repeat_window).
        self._skewed = [one for one in self._skewed if one[0] > now + FUTURE - 10 * SECOND]
        if self._skewed and self._random.random() < 0.3:
            time_, value = self._random.choice(self._skewed)
            effect = None
        else:
            time_, value = now + FUTURE + self._random.randrange(SECOND), self._value()
            self._skewed.append((time_, value))
            effect = lambda ledger: ledger.place(self.id, SKEWED, {}, value)  # noqa: E731
        samples.append({"name": SKEWED, "value": value, "timestamp": time_})
        batch.errors[index] = "adjusted_future"
        batch.adjusted += 1
        if effect:
            batch.effects.append(effect)

    def _invalid(self, batch: Batch, samples: list, now: int) -> None:
        sample, reason = self._random.choice([
            ({"name": "a", "value": "12"}, "invalid_value"), ({"name": "a", "value": None}, "invalid_value"), ({"value": 1}, "missing_name"),
            ({"name": "a b", "value": 1}, "invalid_name"), ({"name": "", "value": 1}, "invalid_name"), ({"name": "a"}, "missing_value"),
            ({"name": "a", "value": 1, "tags": {"client_id": "x"}}, "reserved_tag"), ({"name": "a", "value": 1, "tags": {"p95": "x"}}, "reserved_tag"),
            ({"name": "a", "value": 1, "type": "guage"}, "unknown_type"), ({"name": "n" * 129, "value": 1}, "name_too_long"),
            ({"name": "a", "value": 1, "timestamp": (now - TOO_OLD) // 1_000_000}, "too_old")])
        batch.errors[len(samples)] = reason
        samples.append(sample)
