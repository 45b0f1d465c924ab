"""How deploy/demo, deploy/local and tests/run end when something is in their way: one line, never a stack trace."""

import contextlib
import errno
import io
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.error
from pathlib import Path
from unittest import mock

from stack.ending import exit_code
from stack.paths import ROOT
from stack.problem import Problem

SCRIPTS = {"deploy/demo": ["deploy/lib/demo/main.py"], "deploy/local": ["deploy/lib/local.py", "up"], "tests/run": ["tests/runner/main.py", "format"]}


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def ended(error: BaseException) -> tuple[int, str]:
    """Exit code and what is printed when a script's work raises this."""
    def work() -> int:
        raise error

    output = io.StringIO()
    with contextlib.redirect_stderr(output):
        return exit_code("deploy/x", work, Path("/place"), "interrupted; all has ended"), output.getvalue()


class ExitCode(unittest.TestCase):
    def test_each_expected_error_is_one_line(self):
        for error, line in ((Problem("no Java"), "no Java"),
                            (full_disk(), "/place: No space left on device"),
                            (OSError(errno.EROFS, os.strerror(errno.EROFS)), "/place: Read-only file system"),
                            (FileNotFoundError(errno.ENOENT, "No such file or directory", "/proc/x"), "/proc/x: No such file or directory"),
                            (OSError(errno.EXDEV, "Invalid link", "/a", None, "/b"), "/a -> /b: Invalid link"),
                            (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "Connection refused"),
                            (urllib.error.URLError(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")), "Connection refused"),
                            (OSError("two\nlines"), "two lines"),
                            (subprocess.TimeoutExpired(["/bin/a", "b"], 5), "/bin/a b: not finished within 5 s")):
            self.assertEqual(ended(error), (1, f"deploy/x: {line}\n"))

    def test_ctrl_c_is_one_line_and_130(self):
        self.assertEqual(ended(KeyboardInterrupt()), (130, "deploy/x: interrupted; all has ended\n"))

    def test_a_mistake_of_the_script_itself_is_not_hidden(self):
        self.assertRaises(ZeroDivisionError, ended, ZeroDivisionError())

    def test_work_that_ends_decides_the_code(self):
        for code in (0, 1, 7):
            self.assertEqual(exit_code("deploy/x", lambda: code, Path("/place")), code)


class Scripts(unittest.TestCase):
    """The three, with a part of them replaced by one that fails."""

    def run_with(self, script: str, prelude: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        path, *first = SCRIPTS[script]
        code = f"import runpy, sys\nsys.argv = {[path, *first, *arguments]!r}\n{prelude}\nrunpy.run_path({str(ROOT / path)!r}, run_name='__main__')"
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}/deploy/lib:{ROOT}", **environment},
                              capture_output=True, text=True, check=False, timeout=60)

    def raising(self, error: str, replaced: str) -> str:
        module, name = replaced.rsplit(".", 1)
        return f"import {module}\ndef fail(*_, **__): raise {error}\n{module}.{name} = fail"

    PLACES = {"deploy/demo": "demo.stage.start", "deploy/local": "stack.pipeline.Pipeline", "tests/run": "tests.runner.logs.run_logged"}

    def test_a_full_disk_is_one_line(self):
        with tempfile.TemporaryDirectory(dir=self.build()) as directory:
            for script, place in self.PLACES.items():
                result = self.run_with(script, self.raising("OSError(28, 'No space left on device')", place), *self.directory_of(script, directory), LOCAL_DIRECTORY=directory)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertRegex(result.stderr, rf"\A{script}: /.*: No space left on device\n\Z")

    def test_ctrl_c_is_one_line(self):
        with tempfile.TemporaryDirectory(dir=self.build()) as directory:
            for script, place in self.PLACES.items():
                result = self.run_with(script, self.raising("KeyboardInterrupt", place), *self.directory_of(script, directory), LOCAL_DIRECTORY=directory)
                self.assertEqual(result.returncode, 130, result.stderr)
                self.assertRegex(result.stderr, rf"\A{script}: interrupted[^\n]*\n\Z")

    def test_a_directory_that_cannot_be_is_named(self):
        result = self.run_with("deploy/local", "", LOCAL_DIRECTORY="/proc/x")
        self.assertEqual((result.returncode, result.stderr), (1, "deploy/local: /proc/x: No such file or directory\n"))

    def test_a_summary_of_the_tests_counts_the_failure(self):
        result = self.run_with("tests/run", self.raising("OSError(28, 'No space left on device')", self.PLACES["tests/run"]))
        self.assertRegex(result.stdout, r"FAILED: .*: No space left on device\n(?s:.*)\n0 passed, 1 failed\n\Z")

    def test_space_is_asked_for_before_anything_is_written(self):
        small = "import shutil, collections\nshutil.disk_usage = lambda _: collections.namedtuple('U', 'free')(100 * 1024 * 1024)"
        with tempfile.TemporaryDirectory(dir=self.build()) as directory:
            for script in SCRIPTS:
                result = self.run_with(script, small, *self.directory_of(script, directory), LOCAL_DIRECTORY=directory)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertRegex(result.stderr, rf"\A{script}: .* needs about \d+ MiB of disk, .* has 100 MiB free\n\Z")
                self.assertEqual([path.name for path in Path(directory).iterdir() if path.stat().st_size], [])

    @staticmethod
    def build() -> Path:
        (ROOT / "build").mkdir(exist_ok=True)
        return ROOT / "build"

    @staticmethod
    def directory_of(script: str, directory: str) -> list[str]:
        return ["--directory", directory] if script == "deploy/demo" else []


if __name__ == "__main__":
    unittest.main()
