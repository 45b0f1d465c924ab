"""The gate. Without a part: set-up, format, lint, release build, unit, integration, end-to-end. The last line counts the cases.

parts: setup format lint build unit integration e2e tidy asan tsan fuzz
       door (of unit, integration, e2e and fuzz what belongs to the HTTP door of ingest)
"""

import argparse
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from stack import kafka  # noqa: E402
from stack.build import PROGRAMS, build  # noqa: E402
from stack.console import complain, elapsed, say  # noqa: E402
from stack.ending import EXPECTED, exit_code, reason  # noqa: E402
from stack.paths import BUILD, require_space  # noqa: E402
from tests.runner import cpp_tests, fuzzing, logs, python_environment, python_tests, tidy  # noqa: E402
from tests.runner.outcome import Outcome, one, unmatched  # noqa: E402
from tests.runner.sources import scripts, tracked  # noqa: E402

DEFAULT = ["setup", "format", "lint", "build", "unit", "integration", "e2e"]
NEEDED_MIB = 256  # for logs and reports; what builds or starts servers asks for more
ALL = DEFAULT + ["tidy", "asan", "tsan", "fuzz"]
# Programs and Python tests, by a word of their names. admin: keys create, list and revoke; runtime: the watched files of
# keys and limits; model: which names are valid; docs: the catalogue of errors.
DOOR = {"unit": ("http", "auth", "gzip", "codec", "ingestion", "admin", "runtime", "model", "docs"),
        "integration": ("http", "ingestion", "admin"),
        "e2e": ("outage", "random_batches", "openapi"),
        "fuzz": ("fuzz_framing", "fuzz_gzip", "fuzz_json", "fuzz_keys_file")}


class Steps:
    """One method a part; each returns what came out."""

    def __init__(self, options: argparse.Namespace, each_matches: bool) -> None:
        """`each_matches`: -k has to choose something in each part, not only in one of them."""
        self._options = options
        self._each_matches = each_matches
        self._built: set[str] = set()
        self._chosen = Outcome()  # of the tests that -k chose, in all parts

    def setup(self) -> Outcome:
        kafka.fetch(kafka.chosen_version(), say)
        return Outcome()

    def format(self) -> Outcome:
        clean = logs.run_logged("format", ["clang-format-19", "--dry-run", "-Werror", *tracked(".cpp", ".hpp")])
        if not clean:
            logs.show_tail("format", 20)
            say("  put right by: clang-format-19 -i FILE")
        return one("clang-format", clean)

    def lint(self) -> Outcome:
        total = Outcome()
        validator = python_environment.program("openapi-spec-validator", say, not self._options.no_install)
        checks = {"openapi": [str(validator), "docs/openapi.yaml"], "coroutines": [sys.executable, "tests/lint/check_coroutines.py"],
                  "layers": [sys.executable, "tests/lint/check_layers.py"], "shellcheck": ["shellcheck", "-x", *scripts()]}
        for name, command in checks.items():
            clean = logs.run_logged(f"lint-{name}", command)
            total.add(one(f"lint {name}", clean))
            if not clean:
                logs.show_tail(f"lint-{name}")
        total.add(self._matched("lint", python_tests.run("tests/lint", say, self._options.k)))
        if self._options.full:
            self._build("release")
            total.add(tidy.run(say, full=True))
        return total

    def build(self) -> Outcome:
        self._build("release")
        return Outcome()

    def unit(self) -> Outcome:
        self._build("release")
        total = cpp_tests.run("release", "unit", say, self._options.k)
        for directory in ("tests/unit/deploy", "tests/unit/e2e", "tests/unit/runner"):
            total.add(python_tests.run(directory, say, self._options.k))
        return self._matched("unit", total)

    def integration(self) -> Outcome:
        self._build("release")
        return self._matched("integration", cpp_tests.run("release", "integration", say, self._options.k))

    def e2e(self) -> Outcome:
        self._build("release", PROGRAMS)
        return self._matched("e2e", python_tests.run("tests/e2e", say, self._options.k, show=True))

    def door(self) -> Outcome:
        self._build("release")
        total = Outcome()
        for part in ("unit", "integration", "e2e"):
            for word in DOOR[part]:
                is_python = part == "e2e"
                tests = python_tests.run("tests/e2e", say, word, show=True) if is_python else cpp_tests.run("release", part, say, word)
                total.add(tests)
                total.add(unmatched(f"door {part}", word, tests))
        self._build("asan", DOOR["fuzz"])
        total.add(fuzzing.run(say, self._options.fuzz_seconds, DOOR["fuzz"]))
        return total

    def tidy(self) -> Outcome:
        self._build("release")
        return tidy.run(say, full=self._options.full)

    def asan(self) -> Outcome:
        return self._sanitized("asan")

    def tsan(self) -> Outcome:
        return self._sanitized("tsan")

    def fuzz(self) -> Outcome:
        self._build("asan")
        return fuzzing.run(say, self._options.fuzz_seconds)

    def _sanitized(self, preset: str) -> Outcome:
        self._build(preset)
        total = cpp_tests.run(preset, "unit", say, self._options.k)
        total.add(cpp_tests.run(preset, "integration", say, self._options.k))
        return self._matched(preset, total)

    def unmatched(self) -> Outcome:
        """Fails where -k chose nothing in all parts."""
        return unmatched("tests/run", self._options.k, self._chosen)

    def _matched(self, part: str, tests: Outcome) -> Outcome:
        self._chosen.add(tests)
        if self._each_matches:
            tests.add(unmatched(part, self._options.k, tests))
        return tests

    def _build(self, preset: str, targets: tuple[str, ...] = ()) -> None:
        if preset not in self._built:
            say(f"building {preset}")
            build(preset, targets, say, logs.path(f"build-{preset}"))
            if not targets:
                self._built.add(preset)


def part(name: str) -> str:
    if name not in [*ALL, "door"]:
        raise argparse.ArgumentTypeError(f"{name} is no part: expected one of {' '.join(ALL)} door")
    return name


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", type=part, help="what to run (default: " + " ".join(DEFAULT) + ")")
    parser.add_argument("--all", action="store_true", help="also tidy, asan, tsan, fuzz (the default where CI=true)")
    parser.add_argument("--full", action="store_true", help="clang-tidy over all files, not only the changed ones")
    parser.add_argument("-k", default="", metavar="WORD", help="only test programs, or Python tests, whose name has WORD in it")
    parser.add_argument("--fuzz-seconds", type=int, default=30, help="time for each fuzz target (default: 30)")
    parser.add_argument("--no-install", action="store_true", help="never call apt: say what is missing, and end")
    options = parser.parse_args()
    if options.k and "door" in options.parts:
        parser.error("door chooses its tests itself: expected -k with unit, integration or e2e instead")
    return options


def main() -> int:
    # A shell starts what it puts in the background with SIGINT ignored, and programs inherit that: the tests of Ctrl-C
    # would wait for an end that cannot come.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = parse()
    everything = options.all or (not options.parts and os.environ.get("CI", "").lower() in ("true", "1"))
    parts = ALL if everything else options.parts or DEFAULT
    # Who names a part expects the word in it; among all of them most have no such test.
    each_matches = bool(options.parts) and not everything
    steps, total = Steps(options, each_matches), Outcome()
    try:
        require_space(BUILD, NEEDED_MIB, "tests/run")
        for part in parts:
            say(part)
            outcome = getattr(steps, part)()
            total.add(outcome)
            if outcome.passed or outcome.failed:
                say(f"{part}: {outcome}")
        if not each_matches:
            total.add(steps.unmatched())
    except EXPECTED as error:
        text = reason(error, BUILD)
        complain("tests/run", text)
        total.add(one(text[:100], False))
    for name in total.skipped:
        print(f"skipped: {name}")
    for name in total.failures:
        print(f"FAILED: {name}")
    print(f"all of it in {elapsed():.0f} s, logs in {logs.DIRECTORY}")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(exit_code("tests/run", main, BUILD))
