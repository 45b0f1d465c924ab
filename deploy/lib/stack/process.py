"""Processes that outlive the script that started them, found again by a file, and ended only when they are truly ours."""

import json
import os
import select
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from .problem import Problem


def _start_time(pid: int) -> str | None:
    """The kernel's start time of a process: with the pid it names one process for ever, also when the pid is used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rsplit(")", 1)[1].split()
    state, start = fields[0], fields[19]
    return None if state in "ZX" else start


@contextmanager
def _deferred_signals():
    """Requests to end that arrive inside are served behind it. Python serves them on the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    before = {number: signal.signal(number, lambda got, _: arrived.append(got))
              for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in arrived:
            signal.raise_signal(number)


class ManagedProcess:
    """One background process: `<run>/<name>.json` names it, `<log>/<name>.log` holds what it printed."""

    def __init__(self, name: str, run_dir: Path, log_dir: Path) -> None:
        self.name = name
        self.record = run_dir / f"{name}.json"
        self.log = log_dir / f"{name}.log"
        self._child: subprocess.Popen | None = None

    def start(self, command: list[str], cwd: Path, environment: dict[str, str] | None = None, with_parent: bool = False) -> None:
        """`with_parent`: the kernel ends the process when we die, however we die."""
        self.record.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        cwd.mkdir(parents=True, exist_ok=True)
        if with_parent:
            command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        # Interrupted between the start and the note of it, nobody would know what to stop.
        with open(self.log, "ab") as log, _deferred_signals():
            try:
                self._child = subprocess.Popen(
                    command, cwd=cwd, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True)
            except OSError as error:
                raise Problem(f"{self.name} cannot be started: {error}") from error
            pid = self._child.pid
            partial = self.record.with_suffix(".partial")
            partial.write_text(json.dumps({"pid": pid, "start_time": _start_time(pid), "command": command}))
            partial.replace(self.record)

    def pid(self) -> int | None:
        """The process's id while it runs and is the one that we started, else None."""
        if self._child is not None:
            self._child.poll()  # reaps it, so that it does not stay as a zombie
        try:
            record = json.loads(self.record.read_text())
        except (OSError, ValueError):
            return None
        start = _start_time(record["pid"])
        return record["pid"] if start is not None and start == record["start_time"] else None

    def ended(self) -> str | None:
        """Why waiting for this process has no point any more."""
        return None if self.pid() else f"{self.name} has ended, its log says: {self.last_words()}  ({self.log})"

    def last_words(self) -> str:
        try:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        except OSError:
            lines = []
        errors = [line for line in lines[-50:] if any(word in line for word in ("ERROR", "FATAL", "error", "Exception", "panic"))]
        return (errors or lines or ["nothing"])[-1][:300]

    def kill(self) -> None:
        """kill -9, and back when the process is gone."""
        self._signal_and_wait(signal.SIGKILL, 10)
        self.record.unlink(missing_ok=True)

    def stop(self, seconds: float = 20) -> None:
        """SIGTERM, after `seconds` SIGKILL. Back when the process is gone; nothing happens when it does not run."""
        if not self._signal_and_wait(signal.SIGTERM, seconds):
            self._signal_and_wait(signal.SIGKILL, 10)
        self.record.unlink(missing_ok=True)

    def _signal_and_wait(self, number: int, seconds: float) -> bool:
        pid = self.pid()
        if pid is None:
            return True
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        try:
            if self.pid() != pid:  # the handle is taken: if it still is ours now, the handle is of ours
                return True
            signal.pidfd_send_signal(handle, number)
            gone = bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)
        if gone and self._child is not None:
            self._child.wait()
        return gone

    def resource_use(self) -> dict[str, float]:
        """CPU-seconds used so far and resident memory in MiB."""
        pid = self.pid()
        if pid is None:
            return {"cpu_seconds": 0.0, "resident_mib": 0.0}
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks = os.sysconf("SC_CLK_TCK")
        return {"cpu_seconds": (int(fields[11]) + int(fields[12])) / ticks,
                "resident_mib": int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / (1024 * 1024)}


def stopwatch() -> "Stopwatch":
    return Stopwatch()


class Stopwatch:
    def __init__(self) -> None:
        self._start = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._start
