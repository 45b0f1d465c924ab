"""The records of metrics-raw, decoded by metricstream-admin."""

import json
from collections import Counter

from stack.services import admin

from demo.run import CLIENT, Run
from demo.series import Point, Series


def _lines(run: Run) -> list[str]:
    return admin(["tail", "--json", "--from-beginning", "--exit-at-end", "--client", CLIENT], run.configuration).splitlines()


def count(run: Run) -> int:
    """Samples in the log by now."""
    return len(_lines(run))


def read(run: Run) -> tuple[dict[Point, float], int]:
    """The samples of the run, and how many of them are in the log more than once (a batch that was sent again)."""
    values: dict[Point, float] = {}
    copies: Counter[Point] = Counter()
    for line in _lines(run):
        sample = json.loads(line)
        point = Point(Series.of(sample["name"], sample["tags"]), sample["timestamp_ns"])
        if run.covers(point.time):
            values[point] = float(sample["value"])
            copies[point] += 1
    return values, sum(copies.values()) - len(copies)
