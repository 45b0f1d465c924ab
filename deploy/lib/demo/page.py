"""The results and the account as one HTML file that needs nothing else."""

from datetime import datetime, timezone
from html import escape
from itertools import groupby
from pathlib import Path

from demo import plot
from demo.account import Account
from demo.results import Row, common_tags, own_tags
from demo.run import Run
from demo.series import SECOND, clock
from demo.writing import quantity

TITLES = {"cpu": "Processor", "load": "Load", "mem": "Memory", "swap": "Swap", "disk": "Disk", "net": "Network"}


def html(run: Run, rows: list[Row], account: Account) -> str:
    style = Path(__file__).with_name("page.css").read_text()
    common = common_tags(rows)
    groups = "".join(_group(name, list(members), common) for name, members in groupby(rows, lambda row: row.series.name.split(".")[0]))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MetricStream demo</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>MetricStream demo</h1>
<p>{escape(_about(run, rows, common))}</p>
{_verdict(account)}
</header>
<main>
{_stations(account)}
{groups}
{_results_table(rows, run, common)}
{_account_table(account)}
</main>
</body>
</html>
"""


def _about(run: Run, rows: list[Row], common: dict[str, str]) -> str:
    day = datetime.fromtimestamp(run.first // SECOND, timezone.utc).strftime("%Y-%m-%d")
    host = f" of {common['host']}" if "host" in common else ""
    return (f"{len(rows)} series{host}, measured on {day} from {clock(run.first, 0)} to {clock(run.last, 0)}, read back from InfluxDB. "
            f"Lines are averages of {run.windows[0]} windows, bands reach from minimum to maximum.")


def _verdict(account: Account) -> str:
    if not account.disagreements:
        return f'<p class="verdict good">Every one of {account.total():,} samples is where it should be, once.</p>'
    shown = "".join(f"<li>{escape(text)}</li>" for text in account.disagreements[:20])
    return f'<div class="verdict bad"><p>The account does not agree: {len(account.disagreements)} differences.</p><ul>{shown}</ul></div>'


def _stations(account: Account) -> str:
    """The way of the samples, with how many arrived at each station."""
    items = "".join(f"<li><span>{escape(title)}</span><strong>{column.total():,}</strong></li>" for title, column in account.columns.items())
    return f'<section aria-label="Samples in total"><ol class="stations">{items}</ol></section>'


def _group(name: str, rows: list[Row], common: dict[str, str]) -> str:
    cards = "".join(_card(row, own_tags(row, common)) for row in rows)
    return f'<section><h2>{escape(TITLES.get(name, name))}</h2><div class="cards">{cards}</div></section>'


def _card(row: Row, tags: str) -> str:
    name = row.series.name
    unit = "growth a second" if row.is_counter else f"p95 {quantity(row, row.p95)}"
    return (f'<figure><figcaption><span class="name">{escape(name)}</span> <span class="tags">{escape(tags)}</span>'
            f'<span class="figures"><strong>{quantity(row, row.average)}</strong> <small>{unit}</small></span></figcaption>'
            f"{plot.svg(row, f'{name} {tags}'.strip())}</figure>")


def _table(caption: str, heads: list[str], rows: list[list[str]], footer: list[str] | None = None) -> str:
    def cells(row: list[str]) -> str:
        return f'<th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])

    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{cells(row)}</tr>" for row in rows)
    foot = f"<tfoot><tr>{cells(footer)}</tr></tfoot>" if footer else ""
    return (f'<details><summary>{escape(caption)}</summary><div class="wide"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody>{foot}</table></div></details>")


def _results_table(rows: list[Row], run: Run, common: dict[str, str]) -> str:
    return _table("The results as a table", ["series", f"{run.windows[0]} windows", "samples", "average", f"highest p95 of a {run.windows[-1]} window"],
                  [[f"{row.series.name} {own_tags(row, common)}".strip(), str(len(row.slices)), f"{row.count:,}", quantity(row, row.average),
                    "" if row.is_counter else quantity(row, row.p95)] for row in rows])


def _account_table(account: Account) -> str:
    columns = account.columns.values()
    return _table("The account, metric by metric", ["samples", *account.columns],
                  [[name, *(f"{column[name]:,}" for column in columns)] for name in account.metrics()],
                  ["all metrics", *(f"{column.total():,}" for column in columns)])
