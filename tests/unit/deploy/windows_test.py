"""--windows of the demo: what the aggregator would refuse is refused before anything is built."""

import argparse
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from demo.series import SECOND, nanoseconds
from demo.windows import sizes, spelled
from stack.build import binaries
from stack.configuration import with_overrides
from stack.paths import ROOT

AGGREGATOR = binaries() / "metricstream-aggregator"


def is_accepted(text: str) -> bool:
    try:
        return bool(sizes(text))
    except argparse.ArgumentTypeError:
        return False


class Windows(unittest.TestCase):
    def refusal(self, text: str) -> str:
        with self.assertRaises(argparse.ArgumentTypeError) as caught:
            sizes(text)
        return str(caught.exception)

    def test_sizes_that_divide_the_largest_are_taken_in_the_order_given(self):
        for text in ("10s,1m", "1m,10s", "10s,20s", "7s", "7s,14s", "1s,2s,3s,1m", "10m", "1s"):
            self.assertEqual(sizes(text), text.split(","))

    def test_a_size_is_named_as_the_aggregator_names_it(self):
        self.assertEqual(sizes("60s,600s,20s"), ["1m", "10m", "20s"])
        self.assertEqual(sizes("90s"), ["1m30s"])
        for seconds in range(1, 601):
            self.assertEqual(nanoseconds(spelled(seconds)), seconds * SECOND)

    def test_a_size_that_does_not_divide_the_largest_is_refused_with_those_that_do(self):
        self.assertEqual(self.refusal("7s,1m"), "7s does not divide the largest size, 1m: expected one of 1s 2s 3s 4s 5s 6s 10s 12s 15s 20s 30s")
        self.assertIn("20s does not divide the largest size, 30s", self.refusal("30s,20s,10s"))

    def test_limits_on_both_sides(self):
        for text in ("0s", "601s", "11m", "1h"):
            self.assertIn("expected sizes from 1s to 10m", self.refusal(text))
        self.assertTrue(is_accepted("1s") and is_accepted("600s"))

    def test_what_is_there_twice_or_no_size_is_refused(self):
        self.assertEqual(self.refusal("10s,1m,60s"), "1m is there twice: expected each size once")
        for text in ("", ",", "10s,", "10", "s", "x", "-1s", "1.5s", "10s 1m", "1m10"):
            self.assertIn("expected sizes from 1s to 10m", self.refusal(text))

    @unittest.skipUnless(AGGREGATOR.exists(), "the release build is not there")
    def test_the_aggregator_agrees(self):
        chance = random.Random(1)
        shipped = (ROOT / "config/aggregator.yaml").read_text()
        lists = ["7s,1m", "10s,1m", "10s,10s", "601s", "600s"] + [
            ",".join(f"{chance.choice([1, 2, 5, 6, 7, 10, 12, 30, 60])}s" for _ in range(chance.randrange(1, 4))) for _ in range(25)]
        verdicts = set()
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "aggregator.yaml"
            for text in lists:
                windows = ", ".join(f"{{size: {size}, grace: 2s}}" for size in text.split(","))
                file.write_text(with_overrides(shipped, {"windows": f"[{windows}]"}))
                result = subprocess.run([str(AGGREGATOR), "check", "config", f"--config.file={file}"], capture_output=True, text=True, check=False)
                self.assertEqual(result.returncode == 0, is_accepted(text), f"{text}: {result.stdout}{result.stderr}")
                verdicts.add(result.returncode == 0)
        self.assertEqual(verdicts, {True, False})


class CommandLine(unittest.TestCase):
    def test_refused_before_anything_is_done(self):
        result = subprocess.run([str(ROOT / "deploy/demo"), "--no-install", "--windows", "7s,1m"], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("argument --windows: 7s does not divide the largest size, 1m: expected one of 1s", result.stderr)


if __name__ == "__main__":
    unittest.main()
