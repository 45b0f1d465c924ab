"""The steps of the demo, apart from its command line, so that a test can take them one by one."""

import json
import time
from pathlib import Path

from . import report
from .account import Account, read_ledger, read_log, read_raw, read_windows
from .expected import SECOND
from .kafka_protocol import end_offsets
from .pipeline import Pipeline
from .problem import Problem
from .services import admin, database_of
from .waiting import wait_until

CLIENT = "demo"
PARTITIONS = 3
GRACE = 2
SIZES = {"10s": 10, "1m": 60}


class Demonstration:
    """One pipeline with the agent of this machine, in a directory of its own."""

    def __init__(self, directory: Path, influxdb_version: int, with_parent: bool, say, interval: str = "2s",
                 sizes: dict[str, int] | None = None) -> None:
        """`sizes`: policy -> seconds of the windows, the largest last."""
        self._sizes = sizes or SIZES
        windows = ", ".join(f"{{size: {policy}, grace: {GRACE}s}}" for policy in self._sizes)
        self.ledger = directory / "agent" / "ledger.jsonl"
        common = {"kafka.partitions": str(PARTITIONS)}
        self.pipeline = Pipeline(
            directory, influxdb_version=influxdb_version, with_parent=with_parent, say=say, ingest=dict(common),
            # Late results are rewritten every 10 s instead of every minute, so that the end need not be waited for.
            aggregator={**common, "windows": f"[{windows}]", "group.instance_id": "demo-1", "state.revision_interval": "10s"},
            agent={"collection.interval": interval, "client_id": CLIENT, "ledger_path": str(self.ledger)})
        self.database = database_of(self.pipeline.influxdb)
        self._say = say

    def start(self) -> None:
        self.pipeline.start_servers()
        self._say(f"Kafka on {self.pipeline.kafka.address}, InfluxDB on {self.pipeline.influxdb.url}")
        self.pipeline.set_up()
        self.pipeline.start_services(agent=True)
        self._say(f"ingest on {self.pipeline.ingest_url}, aggregator and agent run")

    def watch(self, seconds: float, every: float = 5) -> None:
        """Live progress until the time is over; a process that ends is told at once."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for process in self.pipeline.processes():
                if reason := process.ended():
                    raise Problem(reason)
            self._say(self.progress())
            time.sleep(min(every, left))

    def progress(self) -> str:
        acknowledged = 0
        for line in self._ledger_lines():
            entry = json.loads(line)
            if entry["event"] == "acknowledged":
                acknowledged += entry["samples"]
        records = sum(end_offsets(self.pipeline.kafka.address, "metrics-raw", PARTITIONS).values())
        windows = sum(self._count(policy, "count") for policy in self._sizes)
        newest = self.pipeline.influxdb.query(f'SELECT last("value") FROM "{self.database}"."raw"."cpu.usage.percent" WHERE "core" = \'\'', self.database)
        usage = f", CPU at {newest[0]['values'][0][1]:.1f} %" if newest else ""
        return f"agent: {acknowledged:,} samples acknowledged; Kafka: {records:,} records; InfluxDB: {windows:,} windows{usage}"

    def drain(self) -> None:
        """The agent sends what it holds and ends; then the last windows close."""
        self.pipeline.agent.stop()
        newest = max((time_ for _, time_ in read_ledger(self.ledger).acknowledged.points), default=0)
        largest = max(self._sizes.values())
        due = (newest // (largest * SECOND) + 1) * largest + GRACE
        self._say(f"the agent is stopped; the last windows close in {max(0, due - time.time()):.0f} s")
        wait_until(lambda: self._stream_time() >= due, max(0.0, due - time.time()) + 30, "stream time does not reach the end of the last window",
                   self.pipeline.aggregator.process.ended, interval=0.5)
        # Everything that stream time has made due is in InfluxDB when the lanes have nothing left, which n tells.
        wait_until(self._everything_is_written, 30, "the aggregator does not finish writing", self.pipeline.aggregator.process.ended, interval=0.5)

    def settled_account(self, seconds: float = 15) -> Account:
        """Results that late samples changed are written again within the revision interval: until then a difference may pass."""
        deadline = time.monotonic() + seconds
        while (account := self.account()).disagreements() and time.monotonic() < deadline:
            time.sleep(1)
        return account

    def account(self) -> Account:
        tail = admin(["tail", "--json", "--from-beginning", "--exit-at-end"], self.pipeline.aggregator.configuration)
        influxdb = self.pipeline.influxdb
        return Account(read_ledger(self.ledger), read_log(tail, CLIENT), read_raw(influxdb, self.database, CLIENT), self._sizes,
                       {policy: read_windows(influxdb, self.database, policy, CLIENT) for policy in self._sizes})

    def show(self, account: Account, page: Path) -> list[str]:
        """Prints table and account, writes the page; gives the disagreements."""
        disagreements = account.disagreements()
        smallest = min(self._sizes, key=self._sizes.__getitem__)
        all_rows = report.rows(account.windows[smallest])
        print("\n" + "\n".join(report.table(all_rows)) + "\n\n" + "\n".join(account.lines()) + "\n", flush=True)
        report.write_page(page, all_rows, smallest, account.lines(), disagreements)
        return disagreements

    def _ledger_lines(self) -> list[str]:
        text = self.ledger.read_text() if self.ledger.exists() else ""
        return text[:text.rfind("\n") + 1].splitlines()  # without a line that is being written

    def _count(self, policy: str, field: str) -> int:
        series = self.pipeline.influxdb.query(f'SELECT count("{field}") FROM "{self.database}"."{policy}"./.*/', self.database)
        return sum(entry["values"][0][1] for entry in series)

    def _stream_time(self) -> float:
        found = [value for name, value in self._aggregator_metrics().items() if name.startswith("metricstream_aggregate_watermark_timestamp_seconds{")]
        return min(found) if len(found) == PARTITIONS else 0.0

    def _everything_is_written(self) -> bool:
        waiting = [value for name, value in self._aggregator_metrics().items() if name.startswith("metricstream_sink_queued_bytes")]
        return bool(waiting) and not any(waiting)

    def _aggregator_metrics(self) -> dict[str, float]:
        try:
            return self.pipeline.aggregator.metrics()
        except OSError:
            return {}
