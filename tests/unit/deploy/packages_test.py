"""deploy/lib/packages.sh with dpkg, apt and sudo replaced by scripts that write down how they were called, and the file that
holds services back in a directory of the test: nothing of the machine is touched."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from stack.paths import ROOT
from stack.waiting import wait_until

# Some programs start their children with SIGINT ignored; a terminal does not.
BASH = ["env", "--default-signal=INT,TERM,HUP", "bash", "-c"]


class PackagesTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.clone, self.tools = Path(directory.name) / "clone", Path(directory.name) / "tools"
        self.policy = Path(directory.name) / "policy-rc.d"
        self.log = self.clone / "build/packages.log"
        self.tools.mkdir()
        script = self.clone / "deploy/lib/packages.sh"
        script.parent.mkdir(parents=True)
        shutil.copy(ROOT / "deploy/lib/packages.sh", script)
        self.calls, self.list = self.tools / "calls", self.tools / "list.txt"
        self.calls.touch()
        self.list.write_text("# comment\nhere   # why\nabsent\n")
        self.tool("dpkg-query", r'for p in "$@"; do [ "$p" = here ] && echo "ii  here"; [ "$p" = absent ] && [ -e "$(dirname "$0")/installed" ] && echo "ii  absent"; done; exit 1')
        self.tool("id", "echo ${FAKE_ID:-1000}")
        self.tool("sudo", f'echo "sudo $1" >> {self.calls}; exec "$@"')
        self.tool("apt-get", f'echo "apt-get $*" >> {self.calls}; echo "policy: $({self.policy} 2>/dev/null; echo $?)"; case "$*" in *install*) exit "${{FAKE_APT:-0}}";; esac')
        self.tool("systemctl", f'echo "systemctl $*" >> {self.calls}')
        self.script = f'set -euo pipefail; . "{script}"; PACKAGES_POLICY={self.policy}; '

    def tool(self, name: str, body: str) -> None:
        path = self.tools / name
        path.write_text("#!/bin/bash\n" + body + "\n")
        os.chmod(path, 0o755)

    def start(self, may_install: str, settings: str = "", **environment: str) -> subprocess.Popen:
        script = f'{self.script}{settings} packages_ensure {may_install} "{self.list}"; echo went on'
        process = subprocess.Popen([*BASH, script, "demo"], env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", **environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(process.communicate)
        self.addCleanup(self.end, process.pid)
        return process

    @staticmethod
    def end(group: int) -> None:
        """Also an apt that a failed test leaves behind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)

    def ensure(self, may_install: str, settings: str = "", **environment: str) -> subprocess.CompletedProcess:
        process = self.start(may_install, settings, **environment)
        output, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


class Installing(PackagesTest):
    def test_nothing_is_called_when_all_is_there(self):
        (self.tools / "installed").touch()
        result = self.ensure("yes", FAKE_ID="0")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "went on\n", ""))
        self.assertEqual(self.calls.read_text(), "")

    def test_installs_only_what_is_missing_and_says_so(self):
        result = self.ensure("yes", FAKE_ID="0")
        self.assertIn("went on", result.stdout)
        self.assertIn("Installing 1 Debian packages (as root", result.stdout)
        self.assertIn("apt-get install -y --no-install-recommends absent\n", self.calls.read_text())
        self.assertNotIn("sudo", self.calls.read_text())

    def test_who_is_not_root_installs_by_sudo(self):
        result = self.ensure("yes")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("Installing 1 Debian packages (sudo", result.stdout)
        self.assertIn("sudo apt-get\napt-get update\n", self.calls.read_text())

    def test_no_install_says_what_is_missing_and_ends(self):
        result = self.ensure("no", FAKE_ID="0")
        self.assertEqual(result.returncode, 1)
        self.assertIn("missing packages: absent (--no-install", result.stderr)
        self.assertEqual(self.calls.read_text(), "")

    def test_a_failing_apt_is_one_clear_line_with_its_log(self):
        result = self.ensure("yes", FAKE_ID="0", FAKE_APT="100")
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt could not install the packages", result.stderr)
        self.assertIn(str(self.log), result.stderr)
        self.assertNotIn("went on", result.stdout)

    def test_no_install_when_the_lists_of_packages_cannot_be_fetched(self):
        self.tool("apt-get", f'echo "apt-get $*" >> {self.calls}; exit 100')
        self.assertEqual(self.ensure("yes", FAKE_ID="0").returncode, 1)
        self.assertEqual(self.calls.read_text(), "apt-get update\n")

    def test_what_apt_says_is_kept_below_build(self):
        before = set(os.listdir(tempfile.gettempdir()))
        self.ensure("yes", FAKE_ID="0")
        self.assertEqual(self.log.read_text(), "policy: 101\n" * 2)
        self.assertEqual([name for name in set(os.listdir(tempfile.gettempdir())) - before if name.startswith("tmp.")], [])

    def test_a_build_directory_that_cannot_be_made_is_one_clear_line_before_apt_is_called(self):
        (self.clone / "build").write_text("a file")
        result = self.ensure("yes", FAKE_ID="0")
        self.assertEqual((result.returncode, self.calls.read_text()), (1, ""))
        self.assertEqual(result.stderr, f"demo: cannot write {self.log}: is the disk full, or the clone another user's?\n")


class Services(PackagesTest):
    """No service of a package starts while we install it, and the machine is as before afterwards."""

    def test_services_are_held_back_during_the_installation_only(self):
        for failing in ("0", "100"):
            self.ensure("yes", FAKE_ID="0", FAKE_APT=failing)
            self.assertIn("policy: 101", self.log.read_text())
            self.assertFalse(self.policy.exists())

    def test_a_rule_that_was_there_is_left_alone(self):
        self.policy.write_text("#!/bin/sh\nexit 42\n")
        os.chmod(self.policy, 0o700)
        self.ensure("yes", FAKE_ID="0")
        self.assertEqual((self.policy.read_text(), self.policy.stat().st_mode & 0o777), ("#!/bin/sh\nexit 42\n", 0o700))
        self.assertIn("policy: 42", self.log.read_text())

    def test_what_a_run_left_that_was_killed_is_removed_by_the_next(self):
        self.policy.write_text("#!/bin/sh\n# metricstream: removed when its packages are installed\nexit 101\n")
        os.chmod(self.policy, 0o755)
        self.ensure("yes", FAKE_ID="0")
        self.assertFalse(self.policy.exists())


class Waiting(PackagesTest):
    """While apt is at work: a pipe that the test holds keeps it there."""

    def setUp(self):
        super().setUp()
        self.pipe = self.tools / "pipe"
        os.mkfifo(self.pipe)
        self.tool("apt-get", f'echo Unpacking; echo $$ > {self.tools}/apt; read -r line < {self.pipe}; echo "$line"')

    def apt(self) -> int:
        file = self.tools / "apt"
        return int(wait_until(lambda: file.exists() and file.read_text(), 30, "apt is not called"))

    def test_says_now_and_then_that_apt_is_at_work(self):
        process = self.start("yes", "PACKAGES_PROGRESS=0.05;", FAKE_ID="0")
        for wanted in (r"Installing ", r"Kafka", r"apt: \d+ s, Unpacking", r"apt: \d+ s, Unpacking"):
            self.assertRegex(process.stdout.readline(), wanted)
        for word in ("updated", "installed"):
            self.pipe.write_text(word + "\n")
            wait_until(lambda: word in self.log.read_text(), 30, "apt does not go on")
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, errors), (0, ""))
        self.assertTrue(output.endswith("went on\n"))

    def test_an_interruption_ends_apt_and_leaves_the_machine_as_it_was(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            for kill in (os.kill, os.killpg):  # to the script alone, and to all as the terminal does
                for user in ("0", "1000"):
                    with self.subTest(number=number, kill=kill.__name__, user=user):
                        (self.tools / "apt").unlink(missing_ok=True)
                        process = self.start("yes", FAKE_ID=user)
                        apt = self.apt()
                        self.assertTrue(self.policy.exists())
                        kill(process.pid, number)
                        output, errors = process.communicate(timeout=30)
                        self.assertEqual((process.returncode, errors), (code, f"demo: interrupted; apt has ended too, its log: {self.log}\n"))
                        self.assertNotIn("went on", output)
                        self.assertFalse(self.policy.exists())
                        self.assertRaises(ProcessLookupError, os.kill, apt, 0)

    def test_services_are_held_back_until_apt_has_ended(self):
        """apt ends the step that it is at first."""
        self.tool("apt-get", f'exec 3<>{self.pipe}; trap ended=yes INT; echo $$ > {self.tools}/apt; until [ -n "$ended" ]; do read -r -t 0.05 -u 3; done; '
                             f'read -r -t 0.3 -u 3; {self.policy}; echo "policy: $?"; exit 1')
        process = self.start("yes", FAKE_ID="0")
        self.apt()
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, errors.count("\n")), (130, 1))
        self.assertIn("policy: 101", self.log.read_text())
        self.assertFalse(self.policy.exists())

    def test_ctrl_c_that_reaches_apt_alone_ends_the_script_too(self):
        """sudo may keep the terminal's signals from us, and ends by the one that ended apt."""
        process = self.start("yes", FAKE_ID="0")
        os.kill(self.apt(), signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, errors), (130, f"demo: interrupted; apt has ended too, its log: {self.log}\n"))
        self.assertFalse(self.policy.exists())


if __name__ == "__main__":
    unittest.main()
