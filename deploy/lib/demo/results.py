"""The run's results as InfluxDB has them: one row a series, made of window results that the aggregator wrote."""

from collections import defaultdict
from dataclasses import dataclass

from demo.run import Run
from demo.series import SECOND, Point, Series, nanoseconds

FIELDS = ["count", "sum", "min", "max", "avg", "p95", "increase"]


@dataclass
class Slice:
    """One window of a series."""

    start: int  # ns
    count: int
    sum: float
    min: float
    max: float
    avg: float
    p95: float
    increase: float | None  # only counters have it


@dataclass
class Row:
    series: Series
    slices: list[Slice]  # of the smallest size, by time
    p95: float  # the highest of a window of the largest size
    seconds: list[float]  # how much of each slice the run covers

    @property
    def is_counter(self) -> bool:
        return self.slices[0].increase is not None

    @property
    def count(self) -> int:
        return sum(part.count for part in self.slices)

    @property
    def average(self) -> float:
        """Of a gauge: over all samples. Of a counter: its growth each second."""
        if self.is_counter:
            return sum(part.increase or 0 for part in self.slices) / sum(self.seconds)
        return sum(part.sum for part in self.slices) / self.count

    def curve(self) -> list[float]:
        """What is drawn: the average of each window, or a counter's growth each second in it."""
        return [(part.increase or 0) / seconds if self.is_counter else part.avg for part, seconds in zip(self.slices, self.seconds)]


def read(run: Run) -> list[Row]:
    sizes = sorted(run.windows, key=nanoseconds)
    highest: dict[Series, float] = {}
    for point, values in run.stored(sizes[-1], ["p95"]).items():
        highest[point.series] = max(values[0], highest.get(point.series, values[0]))
    slices = _slices(run.stored(sizes[0], FIELDS))
    size = nanoseconds(sizes[0])
    return [Row(series, parts, highest.get(series, max(part.p95 for part in parts)), [_covered(run, part.start, size) for part in parts])
            for series, parts in sorted(slices.items(), key=lambda item: (item[0].name, len(item[0].tags), item[0].tags))]


def _covered(run: Run, start: int, size: int) -> float:
    """Seconds of a window between the first sample and the last; at least one, for a window with a single sample."""
    return max((min(start + size, run.last) - max(start, run.first)) / SECOND, 1.0)


def _slices(stored: dict[Point, list]) -> dict[Series, list[Slice]]:
    out: dict[Series, list[Slice]] = defaultdict(list)
    for point, values in sorted(stored.items()):
        out[point.series].append(Slice(point.time, *values))
    return out


def common_tags(rows: list[Row]) -> dict[str, str]:
    """Tags that all series have with the same value: said once instead of in each row."""
    return dict(set.intersection(*(set(row.series.tags) for row in rows))) if rows else {}


def own_tags(row: Row, common: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in row.series.tags if key not in common)
