"""What the demo prints when the samples are through: table, page, account, and the ways in."""

import os
from pathlib import Path

from stack.build import binaries
from stack.pipeline import Pipeline
from stack.problem import Problem

from demo import account, page, results, table
from demo.account import Account
from demo.run import Run


def read_back(run: Run, say) -> Account:
    """Prints the results and the account; the caller judges the account."""
    rows = results.read(run)
    if not rows:
        raise Problem(f"InfluxDB has no {run.windows[0]} window of the agent's metrics: see the aggregator's log in {run.directory}/log")
    print(f"\nRead back from InfluxDB\n\n{table.text(rows, run.windows)}\n")
    drawn = account.draw(run)
    print(f"The account, from the agent's ledger, Kafka's log and InfluxDB\n\n{account.text(drawn)}\n")
    if not drawn.disagreements:
        print(f"  Every one of {drawn.total():,} samples is where it should be, once, and every window's fields follow from them.\n")
    path = Path(run.directory) / "demo.html"
    path.write_text(page.html(run, rows, drawn))
    say(f"the same with plots: {path}")
    return drawn


def ways_in(pipeline: Pipeline, run: Run) -> None:
    """For a demo that was left running."""
    admin = os.path.relpath(binaries() / "metricstream-admin")
    option = f"--config.file={os.path.relpath(run.configuration)}"
    print(f"""
It runs on, the agent too:
  ingest      {pipeline.ingest_url}  (metrics and health: {pipeline.ingest.admin_url})
  aggregator  {pipeline.aggregator.admin_url}
  agent       {pipeline.agent.admin_url}
  Kafka       {pipeline.kafka.address}
  InfluxDB    {pipeline.influxdb.url}
  logs        {pipeline.log}

Try:
  curl {pipeline.ingest_url}/api/v1/metrics -H 'Content-Type: application/json' -d '{{"name": "coffee.cups", "value": 3, "tags": {{"room": "kitchen"}}}}'
  {admin} query coffee.cups --policy raw --last 10m {option}
  {admin} tail {option}

Stop it with: {run.stop_command}""", flush=True)
