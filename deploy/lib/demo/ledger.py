"""The agent's own account of what it sent: services/agent/ledger.hpp has the format."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from stack.problem import Problem

from demo.series import Point, Series


@dataclass
class Ledger:
    acknowledged: dict[Point, float] = field(default_factory=dict)
    unanswered: dict[Point, float] = field(default_factory=dict)  # given up; the log may have them all the same
    lost: dict[Point, float] = field(default_factory=dict)  # given up; the log cannot have them
    discarded: int = 0  # samples that were never sent
    rejected: int = 0  # samples that ingest refused within batches that it took
    repeated: int = 0  # batches that needed more than one attempt

    def sent(self) -> dict[Point, float]:
        return {**self.lost, **self.unanswered, **self.acknowledged}


def read(path: Path) -> Ledger:
    ledger = Ledger()
    try:
        with open(path) as lines:
            for line in lines:
                if line.endswith("\n"):  # else the agent is writing it
                    _enter(ledger, json.loads(line))
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"the agent's ledger {path} cannot be read: {error!r}") from error
    return ledger


def _enter(ledger: Ledger, entry: dict) -> None:
    event = entry["event"]
    if event == "discarded":
        ledger.discarded += entry["samples"]
    elif event == "acknowledged":
        ledger.acknowledged |= _samples(entry["body"])
        ledger.rejected += entry["rejected"]
        ledger.repeated += entry["attempts"] > 1
    elif event == "dropped":
        (ledger.unanswered if entry["maybe_stored"] else ledger.lost).update(_samples(entry["body"]))


def _samples(body: dict) -> dict[Point, float]:
    """The samples of a request, by the rules of docs/http-api.md: the batch's host and tags are defaults."""
    common = {"host": body["host_id"], **body.get("tags", {})}
    return {Point(Series.of(sample["name"], {**common, **sample.get("tags", {})}), _nanoseconds(sample["timestamp"])): float(sample["value"])
            for sample in body["metrics"]}


def _nanoseconds(timestamp: int) -> int:
    """The unit of a timestamp is told by its size."""
    for bound, factor in ((5 * 10**9, 10**9), (5 * 10**12, 10**6), (5 * 10**15, 10**3)):
        if timestamp < bound:
            return timestamp * factor
    return timestamp
