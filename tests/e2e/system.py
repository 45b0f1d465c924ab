"""The real system for a test: own ports, own directory, nothing left behind however the test ends."""

import shutil
import time
import unittest

from stack import kafka_protocol
from stack.expected import SECOND, differences
from stack.paths import BUILD
from stack.pipeline import Pipeline, chosen_influxdb
from stack.services import UNLIMITED, database_of
from stack.waiting import wait_until

from tests.e2e.batches import GROUPED, SKEWED, UNTIMED
from tests.e2e.oracle import Ledger, grouped_windows_of, windows_of
from tests.e2e.readback import totals, windows

PARTITIONS = 4
GROUP = "metricstream-e2e"
TOPIC = "metrics-raw"
REVISION_INTERVAL = 2


def times(max_age: float) -> dict[str, dict[str, str]]:
    """Event time scaled down, so that windows close while the test runs."""
    # Keys of batches are remembered, and hold B back, for repeat_window + max_future + max_clock_error longer than windows.
    common = {"time.max_age": f"{max_age:g}s", "time.max_future": "2s", "time.max_clock_error": "2s", "kafka.partitions": str(PARTITIONS), "log.level": "info"}
    ingest = {**common, **UNLIMITED, "producer.message_timeout": "4s", "http.timeouts.acknowledge": "3s", "http.threads": "2"}
    aggregator = {
        **common, "windows": "[{size: 1s, grace: 1s}, {size: 10s, grace: 2s}]", "rules": f"[{{match: '{GROUPED}', by: [service]}}]",
        "group.id": GROUP, "group.instance_id": "e2e-1", "group.session_timeout": "6s",
        "state.delivery_slack": "6s", "state.revision_interval": f"{REVISION_INTERVAL}s", "state.repeat_window": "2s", "state.predecessor_window": "5s"}
    return {"ingest": ingest, "aggregator": aggregator}


class SystemTest(unittest.TestCase):
    """Starts a pipeline for the tests of a class; `max_age` is how late (seconds) a sample may be."""

    max_age = 60.0
    influxdb_version: int | None = None  # None: INFLUXDB chooses

    @classmethod
    def setUpClass(cls):
        directory = BUILD / "e2e" / cls.__name__
        shutil.rmtree(directory, ignore_errors=True)
        cls.pipeline = Pipeline(directory, influxdb_version=cls.influxdb_version or chosen_influxdb(), with_parent=True, **times(cls.max_age))
        cls.addClassCleanup(cls.pipeline.stop)
        cls.database = database_of(cls.pipeline.influxdb)
        cls.pipeline.start_servers()
        cls.pipeline.set_up()
        cls.pipeline.start_services(agent=False)

    def expect_windows(self, ledger: Ledger, seconds: float) -> int:
        """Waits until InfluxDB holds exactly what the ledger demands: every field of every window of every size, no window more."""
        count = 0
        for policy, size in (("1s", SECOND), ("10s", 10 * SECOND)):
            expected = {key: value for key, value in windows_of(ledger, size).items() if key[0][1] != GROUPED}
            expected |= grouped_windows_of(ledger, size, GROUPED, ("service",))
            wrong = self._settled(lambda policy=policy, expected=expected: differences(expected, windows(self.pipeline.influxdb, self.database, policy)), seconds)
            self.assertEqual(wrong, [], f"windows of {policy}")
            for name in (UNTIMED, SKEWED):
                wrong = self._settled(lambda policy=policy, name=name: self._wrong_totals(ledger, policy, name), seconds)
                self.assertEqual(wrong, [], f"{name} in {policy}")
            count += len(expected)
        return count

    @staticmethod
    def _settled(differ, seconds: float) -> list[str]:
        """The differences once there are none, or those at the deadline."""
        deadline = time.monotonic() + seconds
        while (wrong := differ()) and time.monotonic() < deadline:
            time.sleep(1)
        return wrong

    def _wrong_totals(self, ledger: Ledger, policy: str, name: str) -> list[str]:
        found = totals(self.pipeline.influxdb, self.database, policy, name)
        expected = {key[0]: one.placed_by_server for key, one in ledger.series.items() if key[1] == name}
        wrong = [f"{client}: count {found.get(client, (0, 0))[0]} instead of {len(values)}" for client, values in expected.items()
                 if found.get(client, (0, 0))[0] != len(values)]
        wrong += [f"{client}: sum {found[client][1]} instead of {sum(values)}" for client, values in expected.items()
                  if client in found and abs(found[client][1] - sum(values)) > 1e-9 * max(1.0, sum(map(abs, values)))]
        return wrong + [f"{client}: nothing expected" for client in found.keys() - expected.keys()]

    def committed(self) -> dict[int, "Progress"]:
        """What the group has committed, as a successor would read it."""
        kafka = self.pipeline.kafka.address

        def ask():
            try:
                return kafka_protocol.committed(kafka, GROUP, TOPIC, PARTITIONS)
            except kafka_protocol.KafkaError:
                return None  # the coordinator is moving

        return {partition: Progress(value) for partition, value in wait_until(ask, 20, "the group's commits cannot be read").items()}

    def end_offsets(self) -> dict[int, int]:
        return kafka_protocol.end_offsets(self.pipeline.kafka.address, TOPIC, PARTITIONS)

    def metric(self, service, name: str, labels: str = "") -> float:
        """Sum over the label sets of a metric that contain `labels`."""
        return sum(value for key, value in service.metrics().items() if key.split("{")[0] == name and labels in key)


class Progress:
    """B, n and C out of a committed offset and its metadata `2;TB;n;C;...`."""

    def __init__(self, committed: kafka_protocol.Committed) -> None:
        fields = committed.metadata.split(";")
        assert fields[0] == "2", committed
        self.begin, self.next, self.closed_through = committed.offset, int(fields[2]), int(fields[3])

    def __repr__(self) -> str:
        return f"(B {self.begin}, n {self.next}, C {self.closed_through})"
