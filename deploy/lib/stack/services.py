"""Our own services on loopback, started from the shipped configuration with a few values changed."""

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from .build import binaries
from .configuration import with_overrides
from .influxdb import V2_BUCKET, V2_ORG, InfluxDb
from .paths import ROOT
from .ports import LOOPBACK, free_port, require_free
from .problem import Problem
from .process import ManagedProcess
from .waiting import wait_until

DATABASE = "metrics"


class Service:
    """One program: writes its configuration, starts it, waits until it answers `/-/ready`."""

    def __init__(self, name: str, directory: Path, run_dir: Path, log_dir: Path, overrides: dict[str, str], admin_port: int = 0,
                 listens: dict[str, int] | None = None, with_parent: bool = False, preset: str = "release") -> None:
        """`listens`: environment variable -> port that it wants besides its admin port, for a clear message when one is taken."""
        self.name = name
        self.admin_port = admin_port or free_port()
        self.admin_url = f"http://{LOOPBACK}:{self.admin_port}"
        self.overrides = {**overrides, "admin.listen": f"{LOOPBACK}:{self.admin_port}"}
        self.process = ManagedProcess(name, run_dir, log_dir)
        self.configuration = directory / f"{name}.yaml"
        self.program = binaries(preset) / f"metricstream-{name}"
        self._directory, self._listens, self._with_parent = directory, listens or {}, with_parent

    def write_configuration(self) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        shipped = (ROOT / "config" / f"{self.name}.yaml").read_text()
        self.configuration.write_text(with_overrides(shipped, self.overrides))
        return self.configuration

    def start(self, wait: bool = True) -> None:
        """Nothing happens when it runs already."""
        if self.process.pid() is None:
            if not self.program.exists():
                raise Problem(f"{self.program} is not built: cmake --preset release && cmake --build --preset release")
            for variable, port in {f"{self.name.upper()}_ADMIN_PORT": self.admin_port, **self._listens}.items():
                require_free(port, f"metricstream-{self.name}", variable)
            self.write_configuration()
            command = [str(self.program), f"--config.file={self.configuration}"]
            self.process.start(command, self._directory, with_parent=self._with_parent)
        if wait:
            self.wait_ready()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.admin_url}/-/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_ready(self, seconds: float = 60) -> None:
        wait_until(self.is_ready, seconds, f"metricstream-{self.name} does not become ready", self.process.ended)

    def metrics(self) -> dict[str, float]:
        """Prometheus samples of the admin listener: `name{labels}` -> value."""
        request = urllib.request.Request(f"{self.admin_url}/metrics", headers={"Accept": "text/plain"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def stop(self, seconds: float = 40) -> None:
        self.process.stop(seconds)


# For load that is to reach what is behind ingest.
UNLIMITED = {f"rate_limits.{name}": "unlimited" for name in ("requests_per_second", "samples_per_minute", "host_samples_per_minute")} | {"admission.max_delay": "0s"}


def ingest_overrides(brokers: str, listen_port: int) -> dict[str, str]:
    return {"kafka.brokers": f"[{brokers}]", "http.listen": f"{LOOPBACK}:{listen_port}",
            # Balancers need the pause before a drain, a single machine does not.
            "http.timeouts.shutdown_delay": "0s"}


def aggregator_overrides(brokers: str, influxdb: InfluxDb, directory: Path) -> dict[str, str]:
    return {"kafka.brokers": f"[{brokers}]", "sinks": f"[{_sink(influxdb, directory)}]"}


def _sink(influxdb: InfluxDb, directory: Path) -> str:
    if influxdb.version == 1:
        return f"{{type: influxdb, version: 1, url: '{influxdb.url}', database: {DATABASE}}}"
    directory.mkdir(parents=True, exist_ok=True)
    token_file = directory / "influxdb.token"
    token_file.touch(mode=0o600)
    token_file.write_text(influxdb.token or "")
    return f"{{type: influxdb, version: 2, url: '{influxdb.url}', org: {V2_ORG}, bucket: {V2_BUCKET}, token_file: '{token_file}'}}"


def database_of(influxdb: InfluxDb) -> str:
    """The name for InfluxQL: InfluxDB 2 maps its buckets `prefix/policy` to database `prefix`."""
    return DATABASE if influxdb.version == 1 else V2_BUCKET


def admin(arguments: list[str], configuration: Path, preset: str = "release", timeout: float = 120) -> str:
    """Output of metricstream-admin with the aggregator's configuration."""
    program = binaries(preset) / "metricstream-admin"
    if not program.exists():
        raise Problem(f"{program} is not built: cmake --preset release && cmake --build --preset release")
    result = subprocess.run([str(program), *arguments, f"--config.file={configuration}"], capture_output=True, text=True, timeout=timeout, check=False)
    if result.returncode:
        words = (result.stderr + result.stdout).strip().splitlines() or ["no message"]
        raise Problem(f"metricstream-admin {' '.join(arguments[:2])} failed: {words[-1][:300]}")
    return result.stdout


def post(url: str, body: dict | list, headers: dict[str, str] | None = None, timeout: float = 30) -> tuple[int, dict]:
    """One request to an ingest service, for a few samples by hand."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
