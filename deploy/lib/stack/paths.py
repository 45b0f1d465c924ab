"""Where things are. Everything that these scripts make lies under build/."""

import shutil
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
