"""clang-tidy over the changed files, or over all of them. It takes 5 to 30 seconds a file, so that the gate looks at what changed."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stack.paths import BUILD, ROOT

from . import logs
from .outcome import Outcome, one
from .sources import tracked

BOUND = 20  # files: about 5 minutes on 2 cores


def _git(*arguments: str) -> list[str]:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.split() if result.returncode == 0 else []


def _base() -> str | None:
    """The commit that the changes are counted from: METRICSTREAM_BASE, else where this branch left the main one."""
    candidates = [os.environ.get("METRICSTREAM_BASE", ""), "origin/HEAD", "origin/main", "main"]
    head = _git("rev-parse", "HEAD")
    for candidate in filter(None, candidates):
        base = _git("merge-base", "HEAD", candidate)
        if base and base != head:
            return base[0]
    return None


def changed_files() -> list[str]:
    """Sources changed since the base, newest first; without a known base, those of the last commits up to the bound."""
    base, sources = _base(), set(tracked(".cpp"))
    uncommitted = _git("diff", "--name-only", "HEAD") + _git("ls-files", "--others", "--exclude-standard")
    since = [f"{base}..HEAD"] if base else ["-n", "200", "HEAD"]
    ordered = dict.fromkeys(uncommitted + _git("log", "--name-only", "--format=", *since))
    # A changed header is seen through the source of the same name.
    ordered = dict.fromkeys(str(Path(name).with_suffix(".cpp")) if name.endswith(".hpp") else name for name in ordered)
    return [name for name in ordered if name in sources]


def run(say, full: bool) -> Outcome:
    known = (BUILD / "release/compile_commands.json").read_text()
    files = [name for name in (tracked(".cpp") if full else changed_files()) if str(ROOT / name) in known]
    if not full and len(files) > BOUND:
        say(f"  clang-tidy: {len(files)} changed files, looking at the newest {BOUND} (all: tests/run lint --full)")
        files = files[:BOUND]
    say(f"  clang-tidy over {len(files)} files")
    total, done = Outcome(), 0
    with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as workers:
        for name, clean in zip(files, workers.map(_check, files)):
            done += 1
            total.add(one(f"clang-tidy {name}", clean))
            if not clean:
                logs.show_tail(_log_name(name))
            if done % 10 == 0:
                say(f"  clang-tidy: {done} of {len(files)}")
    return total


def _log_name(name: str) -> str:
    return "tidy-" + name.replace("/", "-")


def _check(name: str) -> bool:
    return logs.run_logged(_log_name(name), ["clang-tidy-19", "--quiet", "-p", str(BUILD / "release"), name], timeout=600)
