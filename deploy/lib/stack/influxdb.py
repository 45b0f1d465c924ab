"""One real InfluxDB: 1.6 of Debian's package, or 2.7 built from its Go module (influxdb2_build.py)."""

import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from . import influxdb2_build
from .paths import require_space
from .ports import LOOPBACK, free_port, require_free
from .problem import Problem
from .process import ManagedProcess
from .waiting import wait_until

NEEDED_MIB = 256

CONFIGURATION_1X = """\
reporting-disabled = true
bind-address = "{host}:{backup_port}"
[meta]
  dir = "{directory}/meta"
[data]
  dir = "{directory}/data"
  wal-dir = "{directory}/wal"
  query-log-enabled = false
  max-series-per-database = 0
  max-values-per-tag = 0
[http]
  bind-address = "{host}:{port}"
  log-enabled = false
[ifql]
  enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
"""

# Secrets of a throw-away server on loopback, not of anything that exists elsewhere.
V2_ORG, V2_BUCKET, V2_TOKEN, V2_USER, V2_PASSWORD = "metricstream", "metricstream", "local-development-token", "local", "local-development"


class InfluxDb:
    """One server. `version` is 1 or 2; `port` 0 takes any free one; `directory` holds configuration and data."""

    def __init__(self, directory: Path, run_dir: Path, log_dir: Path, port: int = 0, version: int = 1, port_variable: str = "INFLUXDB_PORT",
                 with_parent: bool = False, say=print) -> None:
        self.version = version
        self.port = port or free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.process = ManagedProcess("influxdb", run_dir, log_dir)
        self._directory, self._port_variable, self._with_parent, self._say = directory, port_variable, with_parent, say

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ping", timeout=2) as answer:
                return answer.status == 204
        except OSError:
            return False

    def start(self, wait: bool = True) -> None:
        """Nothing happens when it runs already."""
        if self.process.pid() is None:
            require_space(self._directory, NEEDED_MIB, "InfluxDB")
            command = self._command_1x() if self.version == 1 else self._command_2x()
            require_free(self.port, "InfluxDB", self._port_variable)
            self.process.start(command, self._directory, with_parent=self._with_parent)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = 30) -> None:
        wait_until(self.is_ready, seconds, f"InfluxDB on {self.url} does not become ready", self.process.ended)
        if self.version == 2:
            self._first_setup()

    def stop(self) -> None:
        self.process.stop(20)

    @property
    def token(self) -> str | None:
        return V2_TOKEN if self.version == 2 else None

    def query(self, text: str, database: str | None = None, timeout: float = 60) -> list[dict]:
        """The series of an InfluxQL query (times in ns), POSTed, so that it may also change things."""
        return run_query(self.url, text, database, self.token, timeout)

    def _command_1x(self) -> list[str]:
        server = shutil.which("influxd")
        if not server:
            raise Problem("no InfluxDB: the command influxd is missing (Debian: apt-get install influxdb)")
        self._directory.mkdir(parents=True, exist_ok=True)
        configuration = self._directory / "influxdb.conf"
        configuration.write_text(CONFIGURATION_1X.format(host=LOOPBACK, port=self.port, backup_port=free_port(), directory=self._directory))
        return [server, "-config", str(configuration)]

    def _command_2x(self) -> list[str]:
        server = influxdb2_build.build(self._say)
        return [str(server), "--http-bind-address", f"{LOOPBACK}:{self.port}", "--bolt-path", f"{self._directory}/influxd.bolt",
                "--sqlite-path", f"{self._directory}/influxd.sqlite", "--engine-path", f"{self._directory}/engine", "--reporting-disabled",
                "--log-level", "warn"]

    def _first_setup(self) -> None:
        with urllib.request.urlopen(f"{self.url}/api/v2/setup", timeout=5) as answer:
            if not json.load(answer)["allowed"]:
                return
        body = {"username": V2_USER, "password": V2_PASSWORD, "org": V2_ORG, "bucket": V2_BUCKET, "token": V2_TOKEN}
        request = urllib.request.Request(f"{self.url}/api/v2/setup", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30):
            pass


def run_query(url: str, text: str, database: str | None = None, token: str | None = None, timeout: float = 60) -> list[dict]:
    """The series that an InfluxQL query gives; raises Problem with InfluxDB's own words."""
    parameters = {"q": text, "epoch": "ns"}
    if database:
        parameters["db"] = database
    request = urllib.request.Request(f"{url}/query", urllib.parse.urlencode(parameters).encode())
    if token:
        request.add_header("Authorization", f"Token {token}")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            document = json.load(answer)
    except urllib.error.HTTPError as error:
        raise Problem(f"InfluxDB refused a query ({error.code}): {error.read().decode(errors='replace')[:200]}") from error
    except OSError as error:
        raise Problem(f"InfluxDB at {url} does not answer: {error}") from error
    series = []
    for result in document["results"]:
        if "error" in result:
            raise Problem(f"InfluxDB: {result['error']}")
        series += result.get("series", [])
    return series
