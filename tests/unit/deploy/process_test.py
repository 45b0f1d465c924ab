"""Processes are ended only when they are ours, and completely."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from unittest import mock

from stack.problem import Problem
from stack.process import ManagedProcess
from stack.waiting import wait_until

# Says on its output when it is ready to be told to end.
STUBBORN = [sys.executable, "-uc", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); time.sleep(600)"]
POLITE = [sys.executable, "-uc", "import time; print('ready'); time.sleep(600)"]


class ProcessTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.process = ManagedProcess("one", self.directory, self.directory)
        self.addCleanup(self.process.kill)

    def _start(self, command, **options) -> int:
        self.process.start(command, self.directory, **options)
        wait_until(lambda: "ready" in self.process.log.read_text(), 20, "the process does not start", self.process.ended)
        return self.process.pid()

    def test_an_interruption_during_the_start_is_served_once_the_process_can_be_found(self):
        def interrupted(*arguments, **options):
            child = launch(*arguments, **options)
            signal.raise_signal(signal.SIGINT)
            return child

        launch = subprocess.Popen
        with mock.patch("subprocess.Popen", interrupted), self.assertRaises(KeyboardInterrupt):
            self.process.start(POLITE, self.directory)
        self.assertIsNotNone(self.process.pid())

    def test_stop_ends_it_and_forgets_it(self):
        pid = self._start(POLITE)
        self.process.stop(10)
        self.assertIsNone(self.process.pid())
        self.assertFalse(self.process.record.exists())
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_stop_kills_what_ignores_sigterm(self):
        self._start(STUBBORN)
        self.process.stop(0.2)
        self.assertIsNone(self.process.pid())

    def test_another_script_finds_it_again_by_its_file(self):
        pid = self._start(POLITE)
        other = ManagedProcess("one", self.directory, self.directory)
        self.assertEqual(other.pid(), pid)

    def test_a_process_that_only_got_the_same_pid_is_not_ours(self):
        self._start(POLITE)
        bystander = subprocess.Popen(["sleep", "600"])
        self.addCleanup(bystander.wait)
        self.addCleanup(bystander.kill)
        record = json.loads(self.process.record.read_text())
        self.process.stop(10)
        self.process.record.write_text(json.dumps({**record, "pid": bystander.pid}))
        stranger = ManagedProcess("one", self.directory, self.directory)
        self.assertIsNone(stranger.pid())
        stranger.stop(1)
        self.assertIsNone(bystander.poll())

    def test_a_zombie_does_not_count_as_running(self):
        self.process.start(["true"], self.directory)
        wait_until(lambda: self.process.pid() is None, 10, "true does not end")
        self.assertIn("one has ended", self.process.ended())

    def test_its_last_words_are_the_last_error_of_its_log(self):
        self.process.start(["sh", "-c", "echo first; echo 'ERROR disk full'; echo bye; exit 1"], self.directory)
        wait_until(lambda: self.process.pid() is None, 10, "sh does not end")
        self.assertIn("ERROR disk full", self.process.ended())

    def test_with_parent_it_dies_with_whoever_started_it_even_by_kill_9(self):
        script = textwrap.dedent(f"""
            import sys, time
            sys.path.insert(0, {str(Path(sys.modules['stack'].__file__).parents[1])!r})
            from pathlib import Path
            from stack.process import ManagedProcess
            one = ManagedProcess("child", Path({str(self.directory)!r}), Path({str(self.directory)!r}))
            one.start({POLITE!r}, Path({str(self.directory)!r}), with_parent=True)
            while "ready" not in one.log.read_text(): time.sleep(0.01)
            print("up", flush=True)
            time.sleep(600)
            """)
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        self.addCleanup(parent.wait)
        self.addCleanup(parent.stdout.close)
        self.assertEqual(parent.stdout.readline(), "up\n")
        child = ManagedProcess("child", self.directory, self.directory)
        self.assertIsNotNone(child.pid())
        parent.send_signal(signal.SIGKILL)
        wait_until(lambda: child.pid() is None, 10, "the child outlives its parent")

    def test_a_command_that_is_not_there_is_a_clear_problem(self):
        with self.assertRaisesRegex(Problem, "one cannot be started: .*no-such-program"):
            self.process.start(["no-such-program"], self.directory)


class Waiting(unittest.TestCase):
    def test_gives_the_first_true_value(self):
        values = iter([None, 0, "yes"])
        self.assertEqual(wait_until(lambda: next(values), 5, "never", interval=0), "yes")

    def test_fails_at_the_deadline_with_what_was_waited_for(self):
        with self.assertRaisesRegex(Problem, "the moon: not within 0.05 s"):
            wait_until(lambda: False, 0.05, "the moon", interval=0.01)

    def test_fails_at_once_when_there_is_no_point(self):
        with self.assertRaisesRegex(Problem, "the moon: it fell"):
            wait_until(lambda: False, 600, "the moon", lambda: "it fell")


if __name__ == "__main__":
    unittest.main()
