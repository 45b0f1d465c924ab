"""Numbers and curves as people read them."""

from demo.results import Row

BARS = "▁▂▃▄▅▆▇█"
LONGEST_SPARKLINE = 30


def sparkline(values: list[float]) -> str:
    values = _thinned(values, LONGEST_SPARKLINE)
    low, high = min(values), max(values)
    if low == high:
        return BARS[0] * len(values)
    return "".join(BARS[min(int((value - low) / (high - low) * len(BARS)), len(BARS) - 1)] for value in values)


def _thinned(values: list[float], most: int) -> list[float]:
    """At most so many values, each the average of its share."""
    if len(values) <= most:
        return values
    bounds = [index * len(values) // most for index in range(most + 1)]
    return [sum(values[begin:end]) / (end - begin) for begin, end in zip(bounds, bounds[1:])]


def quantity(row: Row, value: float) -> str:
    """With the unit that the metric's name tells; a counter's is by the second."""
    name, each_second = row.series.name, "/s" if row.is_counter else ""
    if name.endswith(".bytes_per_second"):
        return binary(value) + "/s"
    if name.endswith(".bytes"):
        return binary(value) + each_second
    if name.endswith(".percent"):
        return f"{value:.1f} %"
    return f"{value:.2f}{each_second}"


def binary(value: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(value) < 1000:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
