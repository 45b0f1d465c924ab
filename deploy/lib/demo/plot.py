"""One series as an SVG picture: the average of each window as a line, what lies between minimum and maximum as a band."""

from html import escape

from demo.results import Row
from demo.series import clock
from demo.writing import quantity

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320, 104, 66, 314, 8, 84


def svg(row: Row, label: str) -> str:
    curve = row.curve()
    lows = curve if row.is_counter else [part.min for part in row.slices]
    highs = curve if row.is_counter else [part.max for part in row.slices]
    low, high = min(lows), max(highs)
    if 0 < low < high / 2:  # near enough to zero to show how near
        low = 0.0
    if quantity(row, low) == quantity(row, high):  # the same as far as anybody can read: not to look like a change
        low, high = _flat(low, high)
    across, up = _positions(row), _scale(low, high)
    told = f"{label}: {len(curve)} windows from {clock(row.slices[0].start, 0)}, lowest {quantity(row, min(lows))}, highest {quantity(row, max(highs))}"
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">',
             f'<line class="axis" x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}"/>']
    if not row.is_counter:
        edge = [f"{x:.1f},{up(value):.1f}" for x, value in zip(across, highs)] + [f"{x:.1f},{up(value):.1f}" for x, value in reversed(list(zip(across, lows)))]
        parts.append(f'<polygon class="band" points="{" ".join(edge)}"/>')
    parts.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{up(value):.1f}" for x, value in zip(across, curve))}"/>')
    parts += [f'<circle class="dot" cx="{x:.1f}" cy="{up(value):.1f}" r="2.2"><title>{clock(part.start, 0)}  {quantity(row, value)}</title></circle>'
              for x, value, part in zip(across, curve, row.slices)]
    parts += _labels(row, min(lows), max(highs), up)
    return "".join(parts) + "</svg>"


def _positions(row: Row) -> list[float]:
    """Windows by their start, from edge to edge; a single one in the middle."""
    first, last = row.slices[0].start, row.slices[-1].start
    if first == last:
        return [(LEFT + RIGHT) / 2]
    return [LEFT + (part.start - first) / (last - first) * (RIGHT - LEFT) for part in row.slices]


def _flat(low: float, high: float) -> tuple[float, float]:
    """Bounds within which these values are a level line: at the bottom for zero, else in the middle."""
    return (0.0, max(1.0, 4 * high)) if low == 0 else (low - abs(low) / 2, high + abs(high) / 2)


def _scale(low: float, high: float):
    return lambda value: BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)


def _labels(row: Row, lowest: float, highest: float, up) -> list[str]:
    labels = [(LEFT - 8, up(highest) + 4, "end", quantity(row, highest))]
    if quantity(row, lowest) != quantity(row, highest):
        labels.append((LEFT - 8, up(lowest) + 4, "end", quantity(row, lowest)))
    labels.append((LEFT, HEIGHT - 4, "start", clock(row.slices[0].start, 0)))
    if len(row.slices) > 1:
        labels.append((RIGHT, HEIGHT - 4, "end", clock(row.slices[-1].start, 0)))
    return [f'<text x="{x}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>' for x, y, anchor, text in labels]
