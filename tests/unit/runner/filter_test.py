"""A word that no test has in its name is a mistake, not a success."""

import contextlib
import io
import unittest
from unittest import mock

from tests.runner import main as runner
from tests.runner.outcome import Outcome

PROGRAMS = {"unit": ["unit_codec", "unit_http"], "integration": ["integration_http"]}
PYTHON = {"tests/unit/deploy": ["deploy.Overrides"], "tests/e2e": ["outage_test.Outage"], "tests/lint": ["LayerLint"]}


def cpp(_preset: str, label: str, _say, only: str = "") -> Outcome:
    return Outcome(passed=sum(only in name for name in PROGRAMS[label]))


def python(directory: str, _say, only: str = "", show: bool = False) -> Outcome:
    return Outcome(passed=sum(only in name for name in PYTHON.get(directory, [])))


class Filter(unittest.TestCase):
    def setUp(self):
        for name, fake in (("cpp_tests.run", cpp), ("python_tests.run", python), ("build", lambda *_: None),
                           ("kafka.fetch", lambda *_: None), ("kafka.chosen_version", lambda: ""),
                           ("logs.run_logged", lambda *_: True), ("tracked", lambda *_: []), ("scripts", lambda: []),
                           ("python_environment.program", lambda *_: ""), ("tidy.run", lambda *_, **__: Outcome(passed=1)),
                           ("fuzzing.run", lambda *_: Outcome(passed=1)), ("os.environ", {})):
            patch = mock.patch(f"{runner.__name__}.{name}", fake)
            patch.start()
            self.addCleanup(patch.stop)

    def outcome(self, *arguments: str) -> tuple[int, str]:
        output = io.StringIO()
        with mock.patch("sys.argv", ["tests/run", *arguments]), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            return runner.main(), output.getvalue()

    def test_a_word_that_nothing_has_fails_and_is_named(self):
        for part in ("lint", "unit", "integration", "e2e", "asan", "tsan"):
            status, output = self.outcome(part, "-k", "typo")
            self.assertEqual(status, 1, part)
            self.assertIn(f"FAILED: {part}: nothing has 'typo' in its name\n", output)

    def test_door_takes_no_word(self):
        output = io.StringIO()
        with mock.patch("sys.argv", ["tests/run", "door", "-k", "codec"]), contextlib.redirect_stderr(output):
            self.assertRaises(SystemExit, runner.main)
        self.assertIn("expected -k with unit, integration or e2e", output.getvalue())

    def test_programs_alone_or_python_tests_alone_are_enough(self):
        for arguments in (("unit", "-k", "codec"), ("unit", "-k", "Overrides"), ("asan", "-k", "codec"), ("e2e", "-k", "Outage"),
                          ("lint", "-k", "Layer"), ("unit",)):
            status, output = self.outcome(*arguments)
            self.assertEqual((status, "nothing has" in output), (0, False), output)

    def test_each_part_that_is_asked_for_has_to_match(self):
        status, output = self.outcome("unit", "integration", "-k", "codec")
        self.assertEqual(status, 1)
        self.assertIn("FAILED: integration: nothing has 'codec' in its name\n", output)
        self.assertNotIn("unit: nothing", output)

    def test_of_all_parts_one_has_to_match(self):
        for arguments in ((), ("--all",), ("unit", "--all")):
            self.assertEqual(self.outcome(*arguments, "-k", "Outage")[0], 0, arguments)
            status, output = self.outcome(*arguments, "-k", "typo")
            self.assertEqual(status, 1)
            self.assertIn("FAILED: tests/run: nothing has 'typo' in its name\n", output)

    def test_every_word_of_the_door_has_to_match(self):
        for words, failures in (({"unit": ("codec", "http"), "integration": ("http",), "e2e": ("outage",), "fuzz": ()}, []),
                                ({"unit": ("codec", "htp"), "integration": ("httq",), "e2e": ("outrage",), "fuzz": ()},
                                 ["door unit: nothing has 'htp' in its name", "door integration: nothing has 'httq' in its name",
                                  "door e2e: nothing has 'outrage' in its name"])):
            with mock.patch.object(runner, "DOOR", words):
                status, output = self.outcome("door")
            self.assertEqual([line.removeprefix("FAILED: ") for line in output.splitlines() if line.startswith("FAILED: ")], failures)
            self.assertEqual(status, 1 if failures else 0)


if __name__ == "__main__":
    unittest.main()
