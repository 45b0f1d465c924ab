"""The demo's check: it agrees when nothing is wrong, and sees one point that InfluxDB lost, got or changed."""

import shutil
import unittest
import urllib.request

from stack.account import Series
from stack.console import say
from stack.demonstration import Demonstration
from stack.paths import BUILD


class DemoCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = BUILD / "e2e" / cls.__name__
        shutil.rmtree(directory, ignore_errors=True)
        cls.page = directory / "index.html"
        cls.demo = Demonstration(directory, influxdb_version=1, with_parent=True, say=say, interval="1s", sizes={"1s": 1, "10s": 10})
        cls.addClassCleanup(cls.demo.pipeline.stop)
        cls.demo.start()
        cls.demo.watch(15)
        cls.demo.drain()
        cls.account = cls.demo.settled_account()

    def setUp(self):
        self.assertEqual(self.demo.account().disagreements(), [])
        self.influxdb, self.database = self.demo.pipeline.influxdb, self.demo.database

    def test_the_three_sources_agree_and_the_page_shows_every_series(self):
        self.assertEqual(self.demo.show(self.account, self.page), [])
        self.assertGreater(len(self.account.raw.points), 200)
        page = self.page.read_text()
        self.assertIn("All three sources agree.", page)
        self.assertEqual(page.count("<svg"), len(self.account.raw.series()))
        self.assertIn("cpu.usage.percent core=0", page)

    def test_one_raw_point_removed_from_influxdb_is_seen(self):
        (series, time), value = next((key, value) for key, value in self.account.raw.points.items()
                                     if key[0][0] == "load.1m" and key[1] % 1_000_000_000 != 0)
        self.influxdb.query(f'DELETE FROM "{series[0]}" WHERE time = {time}', self.database)
        self.assertIn("1 samples are in the Kafka log, not in InfluxDB's raw points", " ".join(self.demo.account().disagreements()))
        self._write("raw", series, f"value={value}", time)

    def test_one_window_removed_from_influxdb_is_seen(self):
        (series, start), point = next((key, point) for key, point in self.account.windows["10s"].items() if key[0][0] == "load.5m")
        before = self.account.windows["1s"].get((series, start))  # DELETE reaches every policy
        self.influxdb.query(f'DELETE FROM "{series[0]}" WHERE time = {start}', self.database)
        found = self.demo.account().disagreements()
        self.assertTrue(any("windows of 10s: missing" in line for line in found), found)
        self._restore("10s", series, start, point)
        if before:
            self._restore("1s", series, start, before)

    def test_one_changed_field_is_seen(self):
        (series, start), point = next((key, point) for key, point in self.account.windows["1s"].items() if key[0][0] == "load.15m")
        self._restore("1s", series, start, {**point, "p99": point["p99"] + 1})
        found = self.demo.account().disagreements()
        self.assertTrue(any("windows of 1s: different" in line and "p99" in line for line in found), found)
        self._restore("1s", series, start, point)

    def test_one_point_too_much_is_seen(self):
        series, time = next((series, time) for series, time in self.account.raw.points if series[0] == "load.1m")
        self._write("raw", series, "value=1", time + 1)
        self.assertIn("1 samples are in InfluxDB's raw points, not in the Kafka log", " ".join(self.demo.account().disagreements()))
        self.influxdb.query(f'DELETE FROM "{series[0]}" WHERE time = {time + 1}', self.database)

    def _restore(self, policy: str, series: Series, start: int, point: dict) -> None:
        fields = ",".join(f"{name}={value}{'i' if name == 'count' else ''}" for name, value in point.items() if value is not None)
        self._write(policy, series, fields, start)

    def _write(self, policy: str, series: Series, fields: str, time: int) -> None:
        tags = {**dict(series[1]), "client_id": "demo"}
        line = series[0] + "".join(f",{key}={value}" for key, value in sorted(tags.items())) + f" {fields} {time}"
        with urllib.request.urlopen(f"{self.influxdb.url}/write?db={self.database}&rp={policy}", line.encode(), timeout=10):
            pass


if __name__ == "__main__":
    unittest.main()
