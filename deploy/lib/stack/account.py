"""The demo's account: what the agent says it sent, what the Kafka log holds, and what InfluxDB holds must be the same."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from .expected import SECOND, by_window, differences, statistics
from .influxdb import InfluxDb
from .problem import Problem

# (name, sorted tag pairs); one client, so it is left out
Series = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class Samples:
    """Readings of one source."""

    points: dict[tuple[Series, int], float] = field(default_factory=dict)  # (series, time in ns) -> value
    copies: int = 0  # of samples that were there already, same value
    conflicts: list[str] = field(default_factory=list)

    def add(self, name: str, tags: dict[str, str], time: int, value: float) -> None:
        key = ((name, tuple(sorted(tags.items()))), time)
        if key in self.points:
            self.copies += 1
            if self.points[key] != value:
                self.conflicts.append(f"{key}: {self.points[key]} and {value}")
        self.points[key] = value

    def series(self) -> set[Series]:
        return {series for series, _ in self.points}


@dataclass
class AgentsLedger:
    acknowledged: Samples = field(default_factory=Samples)
    maybe_stored: Samples = field(default_factory=Samples)  # given up without an answer: they may be in the log or not
    dropped: int = 0
    batches: int = 0
    retried: int = 0


def read_ledger(path: Path) -> AgentsLedger:
    """The agent's own file, one JSON object a batch, with the body that it sent."""
    ledger = AgentsLedger()
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        if entry["event"] == "acknowledged":
            if entry["rejected"]:
                raise Problem(f"the ingest service rejected {entry['rejected']} samples of batch {entry['batch_id']}: see the agent's log")
            ledger.batches += 1
            ledger.retried += entry["attempts"] > 1
            _add_body(ledger.acknowledged, entry["body"])
        elif entry["event"] == "dropped":
            ledger.dropped += entry["samples"]
            if entry["maybe_stored"]:
                _add_body(ledger.maybe_stored, entry["body"])
        elif entry["event"] == "discarded":
            ledger.dropped += entry["samples"]
    return ledger


def _add_body(samples: Samples, body: dict) -> None:
    for sample in body["metrics"]:
        tags = {**body.get("tags", {}), **sample.get("tags", {})}
        if "host_id" in body:
            tags.setdefault("host", body["host_id"])
        # The agent writes whole milliseconds as such.
        time = sample["timestamp"] * (1_000_000 if sample["timestamp"] < 5_000_000_000_000 else 1)
        samples.add(sample["name"], {key: value for key, value in tags.items() if value != ""}, time, float(sample["value"]))


def read_log(json_lines: str, client: str) -> Samples:
    """`metricstream-admin tail --json`."""
    samples = Samples()
    for line in json_lines.splitlines():
        sample = json.loads(line)
        if sample.get("client_id") == client:
            samples.add(sample["name"], sample["tags"], sample["timestamp_ns"], float(sample["value"]))
    return samples


def _tags(entry: dict) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, value) for key, value in entry.get("tags", {}).items() if value != "" and key != "client_id"))


def read_raw(influxdb: InfluxDb, database: str, client: str) -> Samples:
    samples = Samples()
    for entry in influxdb.query(f'SELECT "value" FROM "{database}"."raw"./.*/ WHERE "client_id" = \'{client}\' GROUP BY *', database):
        for time, value in entry["values"]:
            samples.add(entry["name"], dict(_tags(entry)), time, float(value))
    return samples


def read_windows(influxdb: InfluxDb, database: str, policy: str, client: str) -> dict[tuple[Series, int], dict[str, float]]:
    found = {}
    for entry in influxdb.query(f'SELECT * FROM "{database}"."{policy}"./.*/ WHERE "client_id" = \'{client}\' GROUP BY *', database):
        for row in entry["values"]:
            point = dict(zip(entry["columns"], row))
            found[(entry["name"], _tags(entry)), point.pop("time")] = point
    return found


def expected_windows(samples: Samples, size: int) -> dict[tuple[Series, int], dict[str, float]]:
    of_series: dict[Series, list[tuple[int, float]]] = {}
    for (series, time), value in samples.points.items():
        of_series.setdefault(series, []).append((time, value))
    return {(series, start): statistics([value for _, value in part])
            for series, points in of_series.items() for start, part in by_window(sorted(points), size).items()}


@dataclass
class Account:
    ledger: AgentsLedger
    log: Samples
    raw: Samples
    sizes: dict[str, int]  # policy -> seconds
    windows: dict[str, dict[tuple[Series, int], dict[str, float]]]

    def disagreements(self) -> list[str]:
        """In words, empty when all three sources say the same."""
        expected = Samples(dict(self.ledger.acknowledged.points))
        for key, value in self.log.points.items():  # of a batch without an answer, the log decides
            if key in self.ledger.maybe_stored.points:
                expected.points.setdefault(key, value)
        out = list(self.log.conflicts)
        out += _compare("the agent's ledger", expected, "the Kafka log", self.log)
        out += _compare("the Kafka log", self.log, "InfluxDB's raw points", self.raw)
        for policy, seconds in self.sizes.items():
            out += [f"windows of {policy}: {line}" for line in differences(expected_windows(expected, seconds * SECOND), self.windows[policy], 5)]
        if not expected.points:
            out.append("the agent sent nothing")
        return out

    def lines(self) -> list[str]:
        verdict = "" if self.disagreements() else ", every field equal to what the ledger gives"
        acknowledged = self.ledger.acknowledged
        rows = [("the agent's ledger (its own file)", len(acknowledged.points), len(acknowledged.series()), f"{self.ledger.batches} batches, "
                 f"{self.ledger.retried} sent more than once, {self.ledger.dropped} samples dropped"),
                ("the Kafka log, decoded", len(self.log.points), len(self.log.series()), f"{self.log.copies} repeated copies"),
                ("InfluxDB, raw points", len(self.raw.points), len(self.raw.series()), "")]
        for policy, found in self.windows.items():
            rows.append((f"InfluxDB, {policy} windows", int(sum(point["count"] for point in found.values())), len({series for series, _ in found}),
                         f"in {len(found)} windows{verdict}"))
        return [f"  {'source':<36}{'samples':>9}{'series':>8}"] + [f"  {name:<36}{samples:>9,}{series:>8}  {note}" for name, samples, series, note in rows]


def _compare(one: str, left: Samples, other: str, right: Samples) -> list[str]:
    out = []
    for what, keys in ((f"in {one}, not in {other}", left.points.keys() - right.points.keys()),
                       (f"in {other}, not in {one}", right.points.keys() - left.points.keys())):
        if keys:
            out.append(f"{len(keys)} samples are {what}, for example {sorted(keys)[0]}")
    different = [key for key in left.points.keys() & right.points.keys() if left.points[key] != right.points[key]]
    if different:
        key = sorted(different)[0]
        out.append(f"{len(different)} samples have another value in {other} than in {one}, for example {key}: {right.points[key]}, {left.points[key]}")
    return out
