"""Every sample that the agent sent is in the Kafka log and in InfluxDB, once: drawn from three sources that know nothing of
each other: the agent's ledger, the log decoded, InfluxDB by query. For a demo that was left running:

  python3 deploy/lib/demo/account.py [DIRECTORY]      exit code 1 when they disagree
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from stack.console import complain  # noqa: E402
from stack.expected import by_window, same, statistics  # noqa: E402
from stack.problem import Problem  # noqa: E402

from demo import kafka_log, ledger  # noqa: E402
from demo.run import DIRECTORY, Run  # noqa: E402
from demo.series import Point, Series, nanoseconds  # noqa: E402

FIELDS = ["count", "sum", "min", "max", "avg", "p50", "p95", "p99"]
SHOWN = 5


@dataclass
class Account:
    columns: dict[str, Counter] = field(default_factory=dict)  # title -> samples of each metric
    disagreements: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def total(self) -> int:
        return self.columns["sent"].total()

    def metrics(self) -> list[str]:
        return sorted(set().union(*self.columns.values()))


def draw(run: Run) -> Account:
    account = Account()
    agent = ledger.read(run.ledger)
    acknowledged, sent = _covered(run, agent.acknowledged), _covered(run, agent.sent())
    log, copies = kafka_log.read(run)
    account.columns = {"sent": _by_metric(sent), "acknowledged": _by_metric(acknowledged), "in Kafka": _by_metric(log)}
    _judge_agent(account, agent, len(sent), len(acknowledged))
    unanswered = {point: value for point, value in agent.unanswered.items() if point in log}
    account.disagreements += compare("Kafka", {**acknowledged, **unanswered}, log)
    if copies:
        account.notes.append(f"{copies} samples are in the log a second time, because their batch was sent again: counted once")
    for size in run.windows:
        found = {point: dict(zip(FIELDS, values)) for point, values in run.stored(size, FIELDS).items()}
        account.columns[f"{size} windows"] = _by_metric({point: fields["count"] or 0 for point, fields in found.items()}, weighted=True)
        account.disagreements += compare_windows(f"{size} windows", expected_windows(log, nanoseconds(size)), found)
    raw = {point: values[0] for point, values in run.stored("raw", ["value"]).items()}
    account.columns["raw points"] = _by_metric(raw)
    account.disagreements += compare("raw points", log, raw)
    return account


def compare(where: str, expected: dict[Point, float], found: dict[Point, float]) -> list[str]:
    """One sentence a difference, in the order of time."""
    out = []
    for point in _in_order(expected, found):
        if point not in found:
            out.append(f"{where}: {point} is missing (expected {expected[point]:.15g})")
        elif point not in expected:
            out.append(f"{where}: {point} should not be there (it has {found[point]:.15g})")
        elif expected[point] != found[point]:
            out.append(f"{where}: {point} has {found[point]:.15g}, expected {expected[point]:.15g}")
    return out


def compare_windows(where: str, expected: dict[Point, dict], found: dict[Point, dict]) -> list[str]:
    """Likewise for windows, every field of them."""
    out = []
    for point in _in_order(expected, found):
        if point not in found:
            out.append(f"{where}: {point} is missing (expected a count of {expected[point]['count']})")
        elif point not in expected:
            out.append(f"{where}: {point} should not be there (it has a count of {found[point]['count']})")
        else:
            out += [f"{where}: {point} has {field} {found[point][field]}, expected {value:.15g}"
                    for field, value in expected[point].items() if not same(field, value, found[point][field])]
    return out


def _in_order(expected: dict[Point, object], found: dict[Point, object]) -> list[Point]:
    return sorted(expected.keys() | found.keys(), key=lambda point: (point.time, point.series))


def _judge_agent(account: Account, agent: ledger.Ledger, sent: int, acknowledged: int) -> None:
    if not sent:
        account.disagreements.append("agent: it sent nothing")
    if sent != acknowledged:
        account.disagreements.append(f"agent: {sent - acknowledged} of {sent} samples were not acknowledged")
    if agent.discarded:
        account.disagreements.append(f"agent: {agent.discarded} samples were dropped before they were sent")
    if agent.rejected:
        account.disagreements.append(f"ingest: {agent.rejected} samples were refused, each with its reason in the agent's log")
    if agent.repeated:
        account.notes.append(f"{agent.repeated} batches were sent more than once")


def _covered(run: Run, samples: dict[Point, float]) -> dict[Point, float]:
    return {point: value for point, value in samples.items() if run.covers(point.time)}


def expected_windows(samples: dict[Point, float], size: int) -> dict[Point, dict[str, float]]:
    """What each window has to hold, computed from the log's samples by nothing of the product."""
    series: dict[Series, list[tuple[int, float]]] = {}
    for point, value in sorted(samples.items()):
        series.setdefault(point.series, []).append((point.time, value))
    return {Point(name, start): statistics([value for _, value in part])
            for name, points in series.items() for start, part in by_window(points, size).items()}


def _by_metric(points: dict[Point, float], weighted: bool = False) -> Counter[str]:
    out: Counter[str] = Counter()
    for point, value in points.items():
        out[point.series.name] += int(value) if weighted else 1
    return out


def text(account: Account) -> str:
    """The account as a table, metric by metric and in total."""
    titles = list(account.columns)
    width = max([len(name) for name in account.metrics()] + [len("all metrics")])

    def line(name: str, counts: list) -> str:
        return f"  {name:<{width}}" + "".join(f"{count:>{len(title) + 3}}" for title, count in zip(titles, counts))

    lines = [line("samples", titles)]
    lines += [line(name, [f"{column[name]:,}" for column in account.columns.values()]) for name in account.metrics()]
    lines.append(line("all metrics", [f"{column.total():,}" for column in account.columns.values()]))
    return "\n".join(lines + [f"  {note}" for note in account.notes])


def verdict(account: Account) -> None:
    """Nothing when all agree, else a Problem that names the first difference; the next ones are printed before."""
    found = account.disagreements
    if found:
        for difference in found[:SHOWN]:
            print(f"  DISAGREES  {difference}")
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise Problem(f"the account does not agree: {found[0]}{more}")


def main() -> int:
    try:
        account = draw(Run.load(Path(sys.argv[1]).resolve() if sys.argv[1:] else DIRECTORY))
        print(text(account))
        verdict(account)
        return 0
    except Problem as problem:
        complain("deploy/demo", problem)
        return 1


if __name__ == "__main__":
    sys.exit(main())
