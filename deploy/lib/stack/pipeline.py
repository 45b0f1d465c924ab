"""Kafka, InfluxDB and our services together, in one directory: what deploy/local, deploy/demo and the tests start."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import influxdb, kafka
from .influxdb import V2_BUCKET, V2_ORG, InfluxDb
from .kafka import Kafka
from .paths import require_space
from .ports import LOOPBACK, free_port
from .problem import Problem
from .services import DATABASE, Service, admin, aggregator_overrides, ingest_overrides


@dataclass
class Ports:
    """0 takes any free port."""

    kafka: int = 0
    influxdb: int = 0
    ingest: int = 0
    ingest_admin: int = 0
    aggregator_admin: int = 0
    agent_admin: int = 0


def chosen_influxdb() -> int:
    text = os.environ.get("INFLUXDB", "") or "1"
    if text not in ("1", "2"):
        raise Problem(f"INFLUXDB={text}: expected 1 (Debian's 1.6, the default) or 2 (2.7, built here)")
    return int(text)


def require_space_for_servers(directory: Path) -> None:
    require_space(directory, kafka.NEEDED_MIB + influxdb.NEEDED_MIB, "running Kafka and InfluxDB")


class Pipeline:
    """`with_parent`: all processes end when this one does, however it ends. Nothing starts before a method says so."""

    def __init__(self, directory: Path, ports: Ports | None = None, influxdb_version: int = 1, with_parent: bool = False, say=print,
                 ingest: dict[str, str] | None = None, aggregator: dict[str, str] | None = None, agent: dict[str, str] | None = None) -> None:
        """The last three: configuration to change in what is shipped, as `section.key` -> YAML."""
        ports = ports or Ports()
        run, log = directory / "run", directory / "log"
        self.directory, self.log = directory, log
        self.kafka = Kafka(directory / "kafka", run, log, ports.kafka, with_parent=with_parent, say=say)
        self.influxdb = InfluxDb(directory / f"influxdb-{influxdb_version}", run, log, ports.influxdb, influxdb_version, with_parent=with_parent, say=say)
        ingest_port = ports.ingest or free_port()
        self.ingest_url = f"http://{LOOPBACK}:{ingest_port}"
        brokers = self.kafka.address
        self.ingest = Service("ingest", directory / "ingest", run, log, {**ingest_overrides(brokers, ingest_port), **(ingest or {})},
                              ports.ingest_admin, {"INGEST_PORT": ingest_port}, with_parent)
        self.aggregator = Service("aggregator", directory / "aggregator", run, log,
                                  {**aggregator_overrides(brokers, self.influxdb, directory / "aggregator"), **(aggregator or {})},
                                  ports.aggregator_admin, None, with_parent)
        self.agent = Service("agent", directory / "agent", run, log, {"endpoints.primary": self.ingest_url, **(agent or {})},
                             ports.agent_admin, None, with_parent)

    def start_servers(self) -> None:
        """Kafka and InfluxDB, side by side."""
        with ThreadPoolExecutor(2) as workers:
            # The launches stay on this thread: the kernel ties a process to the thread that started it.
            self.kafka.start(wait=False)
            self.influxdb.start(wait=False)
            for result in [workers.submit(self.kafka.wait_ready), workers.submit(self.influxdb.wait_ready)]:
                result.result()

    def set_up(self) -> None:
        """Topics, the group's first commit, database and policies."""
        configuration = self.aggregator.write_configuration()
        admin(["setup", "kafka"], configuration)
        admin(["setup", "influxdb"], configuration)

    def start_services(self, *, agent: bool = True) -> None:
        services = [self.ingest, self.aggregator, *([self.agent] if agent else [])]
        for service in services:
            service.start(wait=False)
        for service in services:
            service.wait_ready()

    def processes(self) -> list:
        """From the data's entry to its end, so that stopping in this order loses nothing."""
        return [self.agent.process, self.ingest.process, self.aggregator.process, self.influxdb.process, self.kafka.process]

    def stop(self) -> None:
        for process in self.processes():
            process.stop(40)

    def environment(self) -> dict[str, str]:
        """What a program or a person needs to reach the pipeline."""
        values = {"KAFKA_BROKERS": self.kafka.address, "INFLUXDB_URL": self.influxdb.url, "INFLUXDB_VERSION": str(self.influxdb.version),
                  "INFLUXDB_DATABASE": DATABASE, "INGEST_URL": self.ingest_url, "INGEST_ADMIN_URL": self.ingest.admin_url,
                  "AGGREGATOR_ADMIN_URL": self.aggregator.admin_url, "AGENT_ADMIN_URL": self.agent.admin_url}
        if self.influxdb.version == 2:
            values |= {"INFLUXDB_DATABASE": V2_BUCKET, "INFLUXDB_ORG": V2_ORG, "INFLUXDB_BUCKET": V2_BUCKET,
                       "INFLUXDB_TOKEN": self.influxdb.token or ""}
        return values
