"""Ports, packages and versions, without any server."""

import os
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from stack import kafka, ports
from stack.paths import ROOT, require_space
from stack.pipeline import chosen_influxdb
from stack.problem import Problem


class Ports(unittest.TestCase):
    def test_a_taken_port_is_named_with_its_holder_and_the_variable(self):
        with socket.create_server((ports.LOOPBACK, 0)) as server:
            port = server.getsockname()[1]
            with self.assertRaisesRegex(Problem, rf"port {port}, which Kafka wants, is taken by .*\(pid {os.getpid()}\).*KAFKA_PORT=PORT"):
                ports.require_free(port, "Kafka", "KAFKA_PORT")
        ports.require_free(port, "Kafka", "KAFKA_PORT")

    def test_a_variable_that_is_no_port_is_refused(self):
        for text in ("0", "65536", "-1", "x", "80 "):
            with mock.patch.dict(os.environ, {"P": text}), self.assertRaises(Problem):
                ports.port_from_environment("P", 1)
        with mock.patch.dict(os.environ, {"P": "65535"}):
            self.assertEqual(ports.port_from_environment("P", 1), 65535)
        self.assertEqual(ports.port_from_environment("METRICSTREAM_NOT_SET", 7), 7)


class Choices(unittest.TestCase):
    def test_versions_that_cannot_work_are_refused(self):
        for text in ("2.8.0", "4", "3.9", "latest"):
            with mock.patch.dict(os.environ, {"KAFKA_VERSION": text}), self.assertRaises(Problem):
                kafka.chosen_version()
        with mock.patch.dict(os.environ, {"INFLUXDB": "3"}), self.assertRaises(Problem):
            chosen_influxdb()

    def test_the_pinned_kafka_is_the_same_in_script_and_pom(self):
        self.assertIn(f"<kafka.version>{kafka.DEFAULT_VERSION}</kafka.version>", (ROOT / "deploy/kafka/pom.xml").read_text())

    def test_a_full_disk_is_said_before_anything_is_written(self):
        with tempfile.TemporaryDirectory() as directory, self.assertRaisesRegex(Problem, "the thing needs about 1000000000 MiB"):
            require_space(Path(directory), 10**9, "the thing")


class Packages(unittest.TestCase):
    """deploy/lib/packages.sh with dpkg, apt and sudo replaced by scripts that write down how they were called."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tools = Path(directory.name)
        self.calls = self.tools / "calls"
        self.calls.touch()
        self.list = self.tools / "list.txt"
        self.list.write_text("# comment\nhere   # why\nabsent\n")
        self._tool("dpkg-query", r'for p in "$@"; do [ "$p" = here ] && echo "ii  here"; [ "$p" = absent ] && [ -e "$(dirname "$0")/installed" ] && echo "ii  absent"; done; exit 1')
        self._tool("id", "echo ${FAKE_ID:-1000}")
        self._tool("apt-get", f'echo "apt-get $*" >> {self.calls}; case "$*" in *install*) exit "${{FAKE_APT:-0}}";; esac')
        self._tool("tee", "cat >/dev/null")
        self._tool("chmod", "exit 0")
        self._tool("systemctl", f'echo "systemctl $*" >> {self.calls}')

    def _tool(self, name: str, body: str) -> None:
        path = self.tools / name
        path.write_text("#!/bin/bash\n" + body + "\n")
        os.chmod(path, 0o755)

    def _ensure(self, may_install: str, **environment: str) -> subprocess.CompletedProcess:
        script = f'set -euo pipefail; . "{ROOT}/deploy/lib/packages.sh"; packages_ensure {may_install} "{self.list}"; echo went on'
        return subprocess.run(["bash", "-c", script], env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", **environment}, capture_output=True,
                              text=True, check=False)

    def test_nothing_is_called_when_all_is_there(self):
        (self.tools / "installed").touch()
        result = self._ensure("yes", FAKE_ID="0")
        self.assertIn("went on", result.stdout)
        self.assertEqual(self.calls.read_text(), "")

    def test_installs_only_what_is_missing_and_says_so(self):
        result = self._ensure("yes", FAKE_ID="0")
        self.assertIn("went on", result.stdout)
        self.assertIn("Installing 1 Debian packages (as root", result.stdout)
        self.assertIn("apt-get install -y --no-install-recommends absent\n", self.calls.read_text())

    def test_no_install_says_what_is_missing_and_ends(self):
        result = self._ensure("no", FAKE_ID="0")
        self.assertEqual(result.returncode, 1)
        self.assertIn("missing packages: absent (--no-install", result.stderr)
        self.assertEqual(self.calls.read_text(), "")

    def test_a_failing_apt_is_one_clear_line_with_its_log(self):
        result = self._ensure("yes", FAKE_ID="0", FAKE_APT="100")
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt could not install the packages", result.stderr)
        self.assertNotIn("went on", result.stdout)


if __name__ == "__main__":
    unittest.main()
