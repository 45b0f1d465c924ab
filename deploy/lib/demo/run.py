"""What one run of the demo is: where it wrote, which windows it has, which time it covers. Kept beside its data, so that
the account of a demo that was left running can be drawn again."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stack.influxdb import InfluxDb
from stack.paths import BUILD
from stack.problem import Problem
from stack.services import database_of

from demo.series import Point, Series, nanoseconds

DIRECTORY = BUILD / "demo"
CLIENT = "demo-agent"


@dataclass
class Run:
    directory: str
    windows: list[str] = field(default_factory=lambda: ["10s", "1m"])
    influxdb_port: int = 0
    influxdb_version: int = 1
    first: int = 0  # ns, of the first sample
    last: int = 0
    since: int = 0  # the account is about samples in [since, until): whole windows of every size
    until: int = 0

    @staticmethod
    def load(directory: Path) -> "Run":
        try:
            return Run(**json.loads((directory / "run.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise Problem(f"{directory} holds no finished run: deploy/demo --keep makes one") from error

    def save(self) -> None:
        (Path(self.directory) / "run.json").write_text(json.dumps(asdict(self)))

    @property
    def ledger(self) -> Path:
        return Path(self.directory) / "agent" / "ledger.jsonl"

    @property
    def configuration(self) -> Path:
        """For metricstream-admin: the aggregator's."""
        return Path(self.directory) / "aggregator" / "aggregator.yaml"

    @property
    def stop_command(self) -> str:
        return "deploy/demo --stop" + ("" if Path(self.directory) == DIRECTORY else f" --directory {self.directory}")

    def covers(self, time: int) -> bool:
        return self.since <= time < self.until

    def set_span(self, times: list[int]) -> None:
        """All windows, whole, that these samples are in."""
        largest = max(nanoseconds(size) for size in self.windows)
        self.first, self.last = min(times), max(times)
        self.since = self.first // largest * largest
        self.until = (self.last // largest + 1) * largest

    def stored(self, policy: str, fields: list[str]) -> dict[Point, list[float | None]]:
        """What InfluxDB has of this run in a policy: `raw`, or a window size."""
        database = InfluxDb(Path(self.directory), Path(self.directory) / "run", Path(self.directory) / "log", self.influxdb_port, self.influxdb_version)
        selected = ", ".join(f'"{name}"' for name in fields)
        text = (f'SELECT {selected} FROM "{policy}"./.*/ WHERE "client_id" = \'{CLIENT}\''
                f" AND time >= {self.since} AND time < {self.until} GROUP BY *")
        return {Point(Series.of(found["name"], found["tags"]), row[0]): row[1:]
                for found in database.query(text, database_of(database)) for row in found["values"]}
