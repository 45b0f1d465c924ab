"""The parts of the demo that decide something: the account, the agent's ledger, and how numbers are written."""

import json
import random
import tempfile
import unittest
from pathlib import Path

from demo import account, ledger
from demo.results import Row, Slice
from demo.run import Run
from demo.series import SECOND, Point, Series, clock, nanoseconds
from demo.writing import BARS, binary, quantity, sparkline


def samples(chance: random.Random) -> dict[Point, float]:
    return {Point(Series.of(f"m{chance.randrange(3)}", {"host": f"h{chance.randrange(2)}"}), chance.randrange(100) * SECOND): chance.random()
            for _ in range(chance.randrange(1, 50))}


class Differences(unittest.TestCase):
    def test_equal_sources_agree(self):
        for seed in range(100):
            points = samples(random.Random(seed))
            self.assertEqual(account.compare("raw", points, dict(points)), [])

    def test_each_sample_that_is_missing_added_or_changed_is_named_once(self):
        for seed in range(300):
            chance = random.Random(seed)
            expected = samples(chance)
            point = chance.choice(sorted(expected))
            for found, word in (({key: value for key, value in expected.items() if key != point}, "is missing"),
                                ({**expected, point: expected[point] + 1}, "expected")):
                differences = account.compare("raw", expected, found)
                self.assertEqual(len(differences), 1)
                self.assertTrue(differences[0].startswith(f"raw: {point}") and word in differences[0], differences)
            self.assertIn("should not be there", account.compare("raw", {}, {point: 1.0})[0])

    def test_windows_hold_every_sample_once(self):
        for seed in range(100):
            points = samples(random.Random(seed))
            expected = account.expected_windows(points, 10 * SECOND)
            self.assertEqual(sum(fields["count"] for fields in expected.values()), len(points))
            for window, fields in expected.items():
                inside = [value for point, value in points.items() if point.series == window.series and window.time <= point.time < window.time + 10 * SECOND]
                self.assertEqual((fields["count"], fields["min"], fields["max"]), (len(inside), min(inside), max(inside)))

    def test_each_window_that_is_missing_added_or_has_another_value_in_any_field_is_named_once(self):
        for seed in range(300):
            chance = random.Random(seed)
            expected = account.expected_windows(samples(chance), 10 * SECOND)
            window, field = chance.choice(sorted(expected)), chance.choice(account.FIELDS)
            changed = {**expected[window], field: chance.choice([None, expected[window][field] + 1])}
            self.assertEqual(account.compare_windows("10s", expected, dict(expected)), [])
            for found, word in (({key: value for key, value in expected.items() if key != window}, "is missing"), ({**expected, window: changed}, f"has {field}")):
                differences = account.compare_windows("10s", expected, found)
                self.assertEqual(len(differences), 1)
                self.assertTrue(differences[0].startswith(f"10s: {window}") and word in differences[0], differences)
            self.assertIn("should not be there", account.compare_windows("10s", {}, {window: expected[window]})[0])

    def test_a_run_covers_whole_windows_of_every_size(self):
        run = Run("x", ["10s", "1m"])
        run.set_span([61 * SECOND, 119 * SECOND])
        self.assertEqual((run.since, run.until), (60 * SECOND, 120 * SECOND))
        run.set_span([61 * SECOND, 120 * SECOND])
        self.assertEqual((run.since, run.until), (60 * SECOND, 180 * SECOND))


class AgentsLedger(unittest.TestCase):
    def read(self, *lines: str) -> ledger.Ledger:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "ledger.jsonl"
            file.write_text("".join(lines))
            return ledger.read(file)

    @staticmethod
    def line(event: str, **more) -> str:
        body = {"host_id": "vm", "tags": {"env": "test"},
                "metrics": [{"name": "a", "value": 1, "timestamp": 1_700_000_000_123}, {"name": "a", "value": 2.5, "timestamp": 1_700_000_000_123_456_789, "tags": {"host": "own"}}]}
        return json.dumps({"event": event, "samples": 2, "attempts": 1, "rejected": 0, "body": body, **more}) + "\n"

    def test_a_samples_own_tags_win_over_the_batchs_and_the_unit_of_time_is_told_by_size(self):
        self.assertEqual(self.read(self.line("acknowledged")).acknowledged,
                         {Point(Series.of("a", {"host": "vm", "env": "test"}), 1_700_000_000_123_000_000): 1.0,
                          Point(Series.of("a", {"host": "own", "env": "test"}), 1_700_000_000_123_456_789): 2.5})

    def test_batches_that_were_given_up_are_kept_apart_by_whether_the_log_may_have_them(self):
        read = self.read(self.line("dropped", maybe_stored=True), self.line("dropped", maybe_stored=False), '{"event":"discarded","samples":7,"reason":"x"}\n')
        self.assertEqual((len(read.unanswered), len(read.lost), len(read.acknowledged), read.discarded), (2, 2, 0, 7))

    def test_a_line_that_is_being_written_is_left_for_later(self):
        self.assertEqual(len(self.read(self.line("acknowledged"), self.line("acknowledged")[:40]).acknowledged), 2)


class Writing(unittest.TestCase):
    @staticmethod
    def row(name: str, increase: float | None = None) -> Row:
        return Row(Series.of(name, {}), [Slice(0, 2, 3.0, 1.0, 2.0, 1.5, 2.0, increase)], 2.0, [10.0])

    def test_a_sparkline_reaches_from_the_lowest_to_the_highest_bar_and_is_never_too_long(self):
        for seed in range(200):
            values = [random.Random(seed + index).random() for index in range(random.Random(seed).randrange(2, 100))]
            line = sparkline(values)
            self.assertEqual((len(line), max(line), min(line)), (min(len(values), 30), BARS[-1], BARS[0]))
        self.assertEqual(sparkline([5.0, 5.0]), BARS[0] * 2)

    def test_units_follow_the_name_and_counters_are_by_the_second(self):
        self.assertEqual(quantity(self.row("mem.used.bytes"), 1536 * 1024), "1.5 MiB")
        self.assertEqual(quantity(self.row("cpu.usage.percent"), 12.34), "12.3 %")
        self.assertEqual(quantity(self.row("net.rx.bytes_per_second"), 10), "10 B/s")
        self.assertEqual(quantity(self.row("net.rx.packets", 40.0), 4), "4.00/s")
        self.assertEqual((self.row("c", 40.0).average, self.row("g").average), (4.0, 1.5))
        self.assertEqual([binary(value) for value in (0, 999, 1000, 1024**2 * 1000)], ["0 B", "999 B", "1.0 KiB", "1.0 GiB"])

    def test_durations_and_times(self):
        self.assertEqual([nanoseconds(text) // SECOND for text in ("10s", "1m", "1m30s", "2h")], [10, 60, 90, 7200])
        for text in ("", "10", "s", "1s1m", "-1s", "0s"):
            self.assertRaises(ValueError, nanoseconds, text)
        self.assertEqual((clock(1_700_000_000_123_000_000), clock(1_700_000_000_123_000_000, 0)), ("22:13:20.123Z", "22:13:20Z"))


if __name__ == "__main__":
    unittest.main()
