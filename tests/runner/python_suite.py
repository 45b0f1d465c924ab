"""Runs the Python tests (unittest) below one directory: python_suite.py DIRECTORY REPORT [PATTERN]. Prints one line a test,
writes the outcome to REPORT as JSON."""

import json
import sys
import time
import unittest
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "deploy/lib")]


class _Result(unittest.TextTestResult):
    """One line a test, with its seconds."""

    _started = time.monotonic()

    def startTest(self, test):
        self._started = time.monotonic()
        super(unittest.TextTestResult, self).startTest(test)

    def _line(self, word, test):
        self.stream.writeln(f"{word} {test.id()} ({time.monotonic() - self._started:.1f} s)")
        self.stream.flush()

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self.passed = getattr(self, "passed", 0) + 1
        self._line("passed ", test)

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self._line("FAILED ", test)
        self.stream.writeln(self.failures[-1][1])

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        self._line("FAILED ", test)
        self.stream.writeln(self.errors[-1][1])

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self._line(f"skipped ({reason})", test)

    def printErrors(self):
        pass  # each was shown when it happened

    def addSubTest(self, test, subtest, err):
        unittest.TestResult.addSubTest(self, test, subtest, err)
        if err is not None:
            self._line("FAILED ", subtest)
            self.stream.writeln((self.failures or self.errors)[-1][1])


def main() -> int:
    directory, report, pattern = Path(sys.argv[1]), Path(sys.argv[2]), (sys.argv[3:] or [""])[0]
    loader = unittest.TestLoader()
    if pattern:
        loader.testNamePatterns = [f"*{pattern}*"]
    suite = loader.discover(str(directory), pattern="*_test.py", top_level_dir=str(ROOT))
    result = unittest.TextTestRunner(sys.stdout, resultclass=_Result, verbosity=0).run(suite)
    bad = [test.id() for test, _ in result.failures + result.errors]
    report.write_text(json.dumps({"passed": getattr(result, "passed", 0), "failures": bad,
                                  "skipped": [f"{test.id()}: {reason}" for test, reason in result.skipped]}))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
