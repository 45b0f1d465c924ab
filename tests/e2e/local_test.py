"""deploy/local: starts, is a no-op when up, says what is in its way, and leaves no process behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import unittest
from pathlib import Path

from stack import kafka_protocol
from stack.paths import BUILD, ROOT
from stack.ports import LOOPBACK, free_port
from stack.waiting import wait_until

DIRECTORY = BUILD / "e2e" / "Local"
PORTS = ("KAFKA_PORT", "INFLUXDB_PORT", "INGEST_PORT", "INGEST_ADMIN_PORT", "AGGREGATOR_ADMIN_PORT", "AGENT_ADMIN_PORT")


class Local(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        self.environment = {**os.environ, "LOCAL_DIRECTORY": str(DIRECTORY), **{name: str(free_port()) for name in PORTS}}
        self.environment.pop("INFLUXDB", None)
        self.addCleanup(self._local, "down")

    def test_up_status_and_down(self):
        self.assertEqual(self._local("status").returncode, 1)
        up = self._local("up")
        self.assertEqual(up.returncode, 0, up.stderr)
        env = self._env()
        self.assertEqual(env["KAFKA_BROKERS"], f"{LOOPBACK}:{self.environment['KAFKA_PORT']}")
        self.assertEqual(env["INFLUXDB_URL"], f"http://{LOOPBACK}:{self.environment['INFLUXDB_PORT']}")
        self.assertEqual(env["INGEST_URL"], f"http://{LOOPBACK}:{self.environment['INGEST_PORT']}")
        kafka_protocol.topics(env["KAFKA_BROKERS"])
        pids = self._pids()
        self.assertEqual(len(pids), 2)
        again = self._local("up")
        self.assertIn("run already", again.stdout)
        self.assertEqual(self._pids(), pids)
        self.assertEqual(self._local("status").returncode, 0)

        os.kill(pids["kafka"], signal.SIGKILL)
        wait_until(lambda: not self._is_alive(pids["kafka"]), 10, "Kafka survives kill -9")
        self.assertEqual(self._local("status").returncode, 1)
        self.assertEqual(self._local("up").returncode, 0)
        self.assertNotEqual(self._pids()["kafka"], pids["kafka"])
        self.assertEqual(self._pids()["influxdb"], pids["influxdb"])

        pids = self._pids()
        self.assertEqual(self._local("down").returncode, 0)
        self.assertEqual([pid for pid in pids.values() if self._is_alive(pid)], [])
        self.assertFalse((DIRECTORY / "env").exists())

    def test_up_all_takes_a_sample_from_http_to_the_log(self):
        up = self._local("up", "--all")
        self.assertEqual(up.returncode, 0, up.stderr)
        self.assertEqual(len(self._pids()), 5)
        again = self._local("up", "--all")
        self.assertEqual(again.returncode, 0, again.stderr)
        admin = str(BUILD / "release/bin/metricstream-admin")
        sent = subprocess.run([admin, "send", "try.me", "4.25", "--ingest-url", self._env()["INGEST_URL"]], capture_output=True, text=True, check=False)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        tail = subprocess.run([admin, "tail", "--json", "--from-beginning", "--exit-at-end", f"--config.file={DIRECTORY}/aggregator/aggregator.yaml"],
                              capture_output=True, text=True, check=False)
        self.assertIn('"name":"try.me"', tail.stdout)
        pids = self._pids()
        self.assertEqual(self._local("down").returncode, 0)
        self.assertEqual([pid for pid in pids.values() if self._is_alive(pid)], [])

    def test_a_taken_port_is_one_clear_line(self):
        with socket.create_server((LOOPBACK, int(self.environment["INFLUXDB_PORT"]))):
            up = self._local("up")
        self.assertEqual(up.returncode, 1)
        self.assertRegex(up.stderr, rf"^deploy/local: port {self.environment['INFLUXDB_PORT']}, which InfluxDB wants, is taken .* with INFLUXDB_PORT=PORT\n$")
        self.assertEqual(len(up.stderr.splitlines()), 1)
        self.assertEqual(self._pids(), {})  # and Kafka, which was started before, does not stay

    def test_without_java_it_says_so_in_one_line(self):
        tools = DIRECTORY.parent / "LocalTools"
        shutil.rmtree(tools, ignore_errors=True)
        tools.mkdir(parents=True)
        for tool in ("python3", "bash", "dirname", "dpkg-query", "sed", "sort", "comm", "id"):
            (tools / tool).symlink_to(shutil.which(tool))
        up = self._local("up", environment={**self.environment, "PATH": str(tools)})
        self.assertEqual(up.returncode, 1)
        self.assertEqual(len(up.stderr.splitlines()), 1, up.stderr)
        self.assertIn("no Java", up.stderr)

    def test_other_ports_or_versions_than_those_that_run_are_refused(self):
        self.assertEqual(self._local("up").returncode, 0)
        for name, value in (("KAFKA_PORT", str(free_port())), ("KAFKA_VERSION", "3.0.0")):
            with self.subTest(name):
                up = self._local("up", environment={**self.environment, name: value})
                self.assertEqual(up.returncode, 1)
                self.assertIn(f", not {value}: deploy/local down first", up.stderr)

    def _local(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run([str(ROOT / "deploy/local"), *arguments, "--no-install"], env=environment or self.environment, capture_output=True,
                              text=True, timeout=300, check=False)

    def _env(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (DIRECTORY / "env").read_text().splitlines())

    def _pids(self) -> dict[str, int]:
        return {name: int(pid) for name, pid in re.findall(r"^  (\w+) +up, pid (\d+)", self._local("status").stdout, re.MULTILINE)}

    @staticmethod
    def _is_alive(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
