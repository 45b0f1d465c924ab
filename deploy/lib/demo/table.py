"""The results as a table on the terminal."""

from demo.results import Row, common_tags, own_tags
from demo.writing import quantity, sparkline

WIDEST_NAME = 44


def text(rows: list[Row], sizes: list[str]) -> str:
    common = common_tags(rows)
    names = [_short(f"{row.series.name} {own_tags(row, common)}".strip()) for row in rows]
    width = max(map(len, names))
    lines = [f"  {'metric':<{width}}  windows   count           avg         p95  {sizes[0]} averages"]
    for row, name in zip(rows, names):
        p95 = "" if row.is_counter else quantity(row, row.p95)
        lines.append(f"  {name:<{width}}{len(row.slices):>9}{row.count:>8,}{quantity(row, row.average):>14}{p95:>12}  {sparkline(row.curve())}")
    lines.append(f"  every series: {', '.join(f'{key}={value}' for key, value in sorted(common.items()))}; windows of {sizes[0]};"
                 f" p95 is the highest of a {sizes[-1]} window; counters as growth a second")
    return "\n".join(lines)


def _short(name: str) -> str:
    return name if len(name) <= WIDEST_NAME else name[:WIDEST_NAME - 1] + "…"
