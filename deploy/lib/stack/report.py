"""The demo's results for a person: a table for the terminal and a page with plots, from what InfluxDB was asked."""

import html
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .account import Series

BARS = "▁▂▃▄▅▆▇█"


@dataclass
class Row:
    """One series over the windows of one size."""

    series: Series
    starts: list[int]  # ns, ascending
    count: int
    avg: float  # of all samples
    p95: float  # the highest of the windows'
    averages: list[float]

    @property
    def title(self) -> str:
        return self.series[0] + "".join(f" {key}={value}" for key, value in self.series[1] if key != "host")


def rows(windows: dict[tuple[Series, int], dict[str, float]]) -> list[Row]:
    of_series: dict[Series, list[tuple[int, dict[str, float]]]] = {}
    for (series, start), point in windows.items():
        of_series.setdefault(series, []).append((start, point))
    result = []
    for series, points in sorted(of_series.items()):
        points.sort(key=lambda one: one[0])
        count = int(sum(point["count"] for _, point in points))
        total = sum(point["sum"] for _, point in points)
        result.append(Row(series, [start for start, _ in points], count, total / count, max(point["p95"] for _, point in points),
                          [point["avg"] for _, point in points]))
    return result


def sparkline(values: list[float], width: int = 24) -> str:
    shown = values[-width:]
    low, high = min(shown), max(shown)
    if high == low:
        return BARS[0] * len(shown)
    return "".join(BARS[min(len(BARS) - 1, int((value - low) / (high - low) * len(BARS)))] for value in shown)


def figure(value: float, name: str = "") -> str:
    """Short for a person: 12.3, 4.56k, 1.20 GiB for bytes."""
    if ".bytes" in name:
        for unit in ("B", "KiB", "MiB", "GiB"):
            if abs(value) < 1024:
                return f"{value:.4g} {unit}"
            value /= 1024
        return f"{value:.4g} TiB"
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / {'G': 1e9, 'M': 1e6, 'k': 1e3}[unit]:.4g}{unit}"
    return f"{value:.4g}"


def table(all_rows: list[Row]) -> list[str]:
    width = min(52, max((len(row.title) for row in all_rows), default=6))
    lines = [f"  {'metric':<{width}} {'windows':>8}{'count':>8}{'avg':>13}{'p95':>13}  avg of each window"]
    for row in all_rows:
        name = row.series[0]
        title = row.title if len(row.title) <= width else row.title[:width - 1] + "…"
        lines.append(f"  {title:<{width}} {len(row.starts):>8}{row.count:>8}{figure(row.avg, name):>13}{figure(row.p95, name):>13}  {sparkline(row.averages)}")
    return lines


def write_page(path: Path, all_rows: list[Row], size: str, account: list[str], disagreements: list[str]) -> None:
    """One file without anything from elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    verdict = "All three sources agree." if not disagreements else "The sources disagree: " + "; ".join(disagreements)
    cards = "\n".join(_card(row) for row in all_rows)
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    path.write_text(f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>MetricStream demo</title>
<style>
 body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1d2733; background: #f6f7f9 }}
 h1 {{ font-size: 1.5rem; margin-bottom: 0 }} pre {{ background: #fff; padding: 1rem; overflow-x: auto; border: 1px solid #dde2e8; border-radius: 6px }}
 .verdict {{ font-weight: 600; color: {'#1a7f4b' if not disagreements else '#b3261e'} }}
 .grid {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: .8rem }}
 figure {{ margin: 0; background: #fff; border: 1px solid #dde2e8; border-radius: 6px; padding: .7rem }}
 figcaption {{ font-weight: 600; overflow-wrap: anywhere }} .figures {{ color: #5b6775; font-size: .85rem }} svg {{ width: 100%; height: 90px; display: block }}
</style>
<h1>What this machine did</h1>
<p>Measured by metricstream-agent, through ingest, Kafka and the aggregator; read back from InfluxDB by query: windows of {html.escape(size)}. {made}.</p>
<p class="verdict">{html.escape(verdict)}</p>
<pre>{html.escape(chr(10).join(account))}</pre>
<div class="grid">
{cards}
</div>
</html>
""")


def _card(row: Row) -> str:
    name = row.series[0]
    return (f"<figure><figcaption>{html.escape(row.title)}</figcaption>{_plot(row)}"
            f'<div class="figures">{len(row.starts)} windows, {row.count} samples, avg {figure(row.avg, name)}, p95 {figure(row.p95, name)}, '
            f"from {figure(min(row.averages), name)} to {figure(max(row.averages), name)}</div></figure>")


def _plot(row: Row) -> str:
    """The window averages as a line; a gap in time is a gap in the line's points, not bridged evenly."""
    low, high = min(row.averages), max(row.averages)
    first, last = row.starts[0], row.starts[-1]
    points = []
    for start, value in zip(row.starts, row.averages):
        x = 4 + 292 * ((start - first) / (last - first) if last > first else 0.5)
        y = 84 - 78 * ((value - low) / (high - low) if high > low else 0.5)
        points.append(f"{x:.1f},{y:.1f}")
    dots = "".join(f'<circle cx="{point.split(",")[0]}" cy="{point.split(",")[1]}" r="2" fill="#2563a8"/>' for point in points)
    return (f'<svg viewBox="0 0 300 90" role="img" preserveAspectRatio="none"><line x1="4" y1="86" x2="296" y2="86" stroke="#dde2e8"/>'
            f'<polyline points="{" ".join(points)}" fill="none" stroke="#2563a8" stroke-width="1.5" vector-effect="non-scaling-stroke"/>{dots}</svg>')
