"""The words that the sources of the account have in common."""

from datetime import datetime, timezone
from typing import NamedTuple

SECOND = 1_000_000_000


class Series(NamedTuple):
    """A metric with its tags, sorted; without `client_id`, which is the same for all that the demo sends."""

    name: str
    tags: tuple[tuple[str, str], ...]

    @staticmethod
    def of(name: str, tags: dict[str, str]) -> "Series":
        return Series(name, tuple(sorted((key, value) for key, value in tags.items() if key != "client_id" and value)))

    def __str__(self) -> str:
        return f"{self.name}{{{','.join(f'{key}={value}' for key, value in self.tags)}}}"


class Point(NamedTuple):
    """One sample of a series, or one window of it by its start. Times are ns since 1970."""

    series: Series
    time: int

    def __str__(self) -> str:
        return f"{self.series} at {clock(self.time)}"


def clock(time: int, digits: int = 3) -> str:
    """Time of day in UTC, as people read it: 10:15:35.348Z."""
    text = datetime.fromtimestamp(time // SECOND, timezone.utc).strftime("%H:%M:%S")
    return f"{text}.{time % SECOND:09d}"[:9 + digits if digits else 8] + "Z"


def nanoseconds(size: str) -> int:
    """`10s`, `1m`, `1m30s`, `2h` in ns; ValueError for anything else."""
    units, total, rest = {"h": 3600, "m": 60, "s": 1}, 0, size
    for unit, seconds in units.items():
        number, found, behind = rest.partition(unit)
        if found:
            total, rest = total + int(number) * seconds, behind
    if rest or total <= 0:
        raise ValueError(size)
    return total * SECOND
