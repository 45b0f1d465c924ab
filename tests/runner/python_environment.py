"""A virtual environment under build/ for the few checks that need more than Python's standard library."""

import subprocess
import sys
from pathlib import Path

from stack.paths import BUILD, ROOT
from stack.problem import Problem

DIRECTORY = BUILD / "venv"
REQUIREMENTS = ROOT / "tests/requirements.txt"
STAMP = DIRECTORY / "requirements.txt"


def program(name: str, say, install: bool = True) -> Path:
    """The path of a program from tests/requirements.txt, installed first where it is missing or the list has changed."""
    if not STAMP.exists() or STAMP.read_text() != REQUIREMENTS.read_text():
        if not install:
            raise Problem(f"the packages of {REQUIREMENTS.relative_to(ROOT)} are not in {DIRECTORY.relative_to(ROOT)}: run without --no-install once")
        say("installing Python packages into build/venv (some seconds, once)")
        _run([sys.executable, "-m", "venv", str(DIRECTORY)])
        _run([str(DIRECTORY / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)])
        STAMP.write_text(REQUIREMENTS.read_text())
    return DIRECTORY / "bin" / name


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        words = (result.stderr or result.stdout).strip().splitlines()
        raise Problem(f"{' '.join(command[:4])} failed (is Python's package index within reach?): {words[-1] if words else 'it said nothing'}")
