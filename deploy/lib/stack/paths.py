"""Where things are. Everything that these scripts make lies under build/."""

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path

from .problem import Problem

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
DEPS = BUILD / "deps"


def require_space(directory: Path, mebibytes: int, what: str) -> None:
    """Fails early and clearly instead of half-way with a broken file."""
    directory.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(directory).free // (1024 * 1024)
    if free < mebibytes:
        raise Problem(f"{what} needs about {mebibytes} MiB of disk, {directory} has {free} MiB free")


@contextmanager
def alone(directory: Path, wait: str | None = None, refuse: str = ""):
    """Holds a lock on a directory. When another process has it: says `wait` and waits, or where that is None fails with `refuse`."""
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait is None:
                raise Problem(refuse) from None
            print(wait, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
