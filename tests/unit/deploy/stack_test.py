"""Ports, disk space and versions, without any server."""

import os
import socket
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


if __name__ == "__main__":
    unittest.main()
