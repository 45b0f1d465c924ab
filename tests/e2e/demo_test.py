"""deploy/demo as a person runs it: it passes, its account notices a single missing point, and nothing stays behind."""

import os
import re
import signal
import subprocess
import sys
import unittest
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

from stack.influxdb import InfluxDb
from stack.paths import BUILD, ROOT
from stack.services import database_of

from demo.run import CLIENT, Run
from demo.series import Point

DIRECTORY = BUILD / "e2e" / "demo"
# Small windows, so that the last ones close soon after the agent has stopped.
COMMAND = [str(ROOT / "deploy/demo"), "--no-install", "--duration", "12s", "--windows", "10s,20s", "--directory"]


def call(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def processes_of(directory: Path) -> list[str]:
    """Command lines that name the directory."""
    out = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{directory}/" in command:
            out.append(command)
    return out


class Page(HTMLParser):
    """Counts elements, and knows which are still open."""

    VOID = {"meta", "line", "polygon", "polyline"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.outside += [f"{key}={value}" for key, value in attributes if key in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()


class Demo(unittest.TestCase):
    """One demo, left running; the tests look at what it printed, take points away and draw the account again."""

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(call, *COMMAND, str(DIRECTORY), "--stop")
        cls.result = call(*COMMAND, str(DIRECTORY), "--keep")
        if cls.result.returncode:
            raise AssertionError(f"exit code {cls.result.returncode}: {cls.result.stderr}\n{cls.result.stdout}")
        cls.run_of_demo = Run.load(DIRECTORY)

    def influxdb(self) -> InfluxDb:
        return InfluxDb(DIRECTORY, DIRECTORY / "run", DIRECTORY / "log", self.run_of_demo.influxdb_port, self.run_of_demo.influxdb_version)

    def delete(self, point: Point) -> None:
        """Takes what InfluxDB has of a metric at one time, in every policy."""
        influxdb = self.influxdb()
        influxdb.query(f'DELETE FROM "{point.series.name}" WHERE time = {point.time}', database_of(influxdb))

    def account(self) -> subprocess.CompletedProcess:
        return call(sys.executable, str(ROOT / "deploy/lib/demo/account.py"), str(DIRECTORY))

    def test_all_stations_have_the_same_number_of_samples(self):
        total = re.search(r"^  all metrics +(.*)$", self.result.stdout, re.MULTILINE)
        counts = [int(number.replace(",", "")) for number in total[1].split()]
        self.assertEqual(counts, [counts[0]] * 6, "sent, acknowledged, in Kafka, two sizes of windows, raw points")
        self.assertGreater(counts[0], 100)
        self.assertIn(f"Every one of {counts[0]:,} samples is where it should be, once", self.result.stdout)

    def test_the_table_shows_this_machine(self):
        row = re.search(r"^  mem\.used\.percent +(\d+) +(\d+) +([\d.]+) % +([\d.]+) %  ([▁▂▃▄▅▆▇█]+)$", self.result.stdout, re.MULTILINE)
        windows, count, average, p95, curve = row.groups()
        self.assertEqual(len(curve), int(windows))
        self.assertGreaterEqual(int(count), 5)
        self.assertTrue(0 < float(average) <= float(p95) + 0.1 <= 100.1)

    def test_the_page_is_whole_and_needs_nothing_else(self):
        page = Page((DIRECTORY / "demo.html").read_text())
        self.assertEqual((page.open, page.outside), ([], []))
        self.assertGreater(page.counts["svg"], 10)
        self.assertEqual(page.counts["svg"], page.counts["figure"])

    def test_it_says_how_to_look_around_and_how_to_stop(self):
        for line in ("curl http://127.0.0.1:", "metricstream-admin query", "metricstream-admin tail", f"Stop it with: deploy/demo --stop --directory {DIRECTORY}"):
            self.assertIn(line, self.result.stdout)

    def test_a_second_demo_beside_a_running_one_is_refused(self):
        result = call(*COMMAND, str(DIRECTORY))
        self.assertEqual((result.returncode, result.stderr), (1, f"deploy/demo: a demo was left running by --keep: {self.run_of_demo.stop_command} ends it\n"))

    def test_the_account_fails_when_a_raw_point_is_taken_from_influxdb(self):
        points = self.run_of_demo.stored("raw", ["value"])
        point = next(point for point in sorted(points) if point.series.name == "load.1m")
        self.delete(point)
        result = self.account()
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"raw points: {point} is missing (expected {points[point][0]:.15g})", result.stdout)
        self.assertRegex(result.stderr, "^deploy/demo: the account does not agree: .* is missing")

    def test_the_account_fails_when_one_field_of_a_window_is_another(self):
        points = self.run_of_demo.stored("20s", ["p99"])
        point = next(point for point in sorted(points) if point.series.name == "load.15m")
        tags = "".join(f",{key}={value}" for key, value in (*point.series.tags, ("client_id", CLIENT)))
        line = f"{point.series.name}{tags} p99={points[point][0] + 1} {point.time}"
        influxdb = self.influxdb()
        with urllib.request.urlopen(f"{influxdb.url}/write?db={database_of(influxdb)}&rp=20s", line.encode(), timeout=10):
            pass
        result = self.account()
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"20s windows: {point} has p99 {points[point][0] + 1}", result.stdout)

    def test_the_account_fails_when_a_window_is_taken_from_influxdb(self):
        points = self.run_of_demo.stored("10s", ["count"])
        point = next(point for point in sorted(points) if point.series.name == "load.5m")
        self.delete(point)
        result = self.account()
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"10s windows: {point} is missing (expected a count of {points[point][0]})", result.stdout)


class Interrupted(unittest.TestCase):
    def test_ctrl_c_leaves_no_process_behind(self):
        directory = BUILD / "e2e" / "demo-interrupted"
        process = subprocess.Popen([*COMMAND, str(directory)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if "the agent measures" in line:
                break
        self.assertGreaterEqual(len(processes_of(directory)), 4)
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does
        _, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, errors), (130, "deploy/demo: interrupted; everything that it started has ended\n"))
        self.assertEqual(processes_of(directory), [])


if __name__ == "__main__":
    unittest.main()
