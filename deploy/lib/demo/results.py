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
    is_counter: bool
    size: int  # ns, of the slices

    @property
    def count(self) -> int:
        return sum(part.count for part in self.slices)

    @property
    def average(self) -> float:
        """Of a gauge: over all samples. Of a counter: its growth each second."""
        if self.is_counter:
            return sum(part.increase or 0 for part in self.slices) / (len(self.slices) * self.size / SECOND)
        return sum(part.sum for part in self.slices) / self.count

    def curve(self) -> list[float]:
        """What is drawn: the average of each window, or a counter's growth each second in it."""
        seconds = self.size / SECOND
        return [(part.increase or 0) / seconds if self.is_counter else part.avg for part in self.slices]


def read(run: Run) -> list[Row]:
    sizes = sorted(run.windows, key=nanoseconds)
    highest: dict[Series, float] = {}
    for point, values in run.stored(sizes[-1], ["p95"]).items():
        highest[point.series] = max(values[0], highest.get(point.series, values[0]))
    slices = _slices(run.stored(sizes[0], FIELDS))
    return [Row(series, parts, highest.get(series, max(part.p95 for part in parts)), parts[0].increase is not None, nanoseconds(sizes[0]))
            for series, parts in sorted(slices.items())]


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
