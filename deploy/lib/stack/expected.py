"""What windows must hold, computed from samples: the contract once more, in Python, sharing no code with the product. Slow
and plain on purpose."""

import math

SECOND = 1_000_000_000


def nearest_rank(ordered: list[float], percent: int) -> float:
    """The smallest value that at least this percentage of the values does not exceed."""
    rank = -(-percent * len(ordered) // 100)  # rounded up, in whole numbers
    return ordered[max(rank, 1) - 1]


def statistics(values: list[float]) -> dict[str, float]:
    """Of values in the order (timestamp, series key, value)."""
    total = 0.0
    for value in values:
        total += value
    ordered = sorted(values)
    return {"count": len(values), "sum": total, "min": ordered[0], "max": ordered[-1], "avg": total / len(values),
            "p50": nearest_rank(ordered, 50), "p95": nearest_rank(ordered, 95), "p99": nearest_rank(ordered, 99)}


def by_window(samples: list[tuple], size: int) -> dict[int, list[tuple]]:
    """Samples, which begin with their time, by the start of the window that holds them."""
    windows: dict[int, list[tuple]] = {}
    for sample in samples:
        windows.setdefault(sample[0] // size * size, []).append(sample)
    return windows


def same(field_name: str, expected: float, found: float | None) -> bool:
    """Sums (and what comes from them) may differ in their last bits where the order of equal timestamps is not ours."""
    if found is None:
        return False
    if field_name in ("sum", "avg"):
        return math.isclose(expected, found, rel_tol=1e-12, abs_tol=1e-12)
    return expected == found


def differences(expected: dict, found: dict, limit: int = 20) -> list[str]:
    """What is missing, too much or different, in words; the first line says how much of it. Empty: nothing."""
    out = []
    for key in sorted(expected.keys() - found.keys()):
        out.append(f"missing: {key} {expected[key]}")
    for key in sorted(found.keys() - expected.keys()):
        out.append(f"too much: {key} {found[key]}")
    for key in sorted(expected.keys() & found.keys()):
        wrong = {name: (value, found[key].get(name)) for name, value in expected[key].items() if not same(name, value, found[key].get(name))}
        if wrong:
            out.append(f"different: {key} (expected, found): {wrong}")
    return [f"{len(out)} windows of {len(expected)} are wrong"] + out[:limit] if out else []
