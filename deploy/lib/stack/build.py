"""Builds a preset: CMake and Ninja do nothing when nothing has changed."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from .paths import BUILD, ROOT, require_space
from .problem import Problem

PROGRAMS = ("metricstream-ingest", "metricstream-aggregator", "metricstream-agent", "metricstream-admin")
NEEDED_MIB = {"release": 1500, "dev": 2500, "asan": 4000, "tsan": 4000}


def binaries(preset: str = "release") -> Path:
    return BUILD / preset / "bin"


def build(preset: str = "release", targets: tuple[str, ...] = (), say=print, log: Path | None = None) -> None:
    """Configures and builds, with a line of progress every 15 s; the whole output goes to `log`."""
    log = log or BUILD / f"{preset}.build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    if not (BUILD / preset / "build.ninja").exists():
        require_space(BUILD, NEEDED_MIB[preset], f"building the preset {preset}")
    if not shutil.which("cmake"):
        raise Problem("no cmake: install the packages of deploy/packages/debian-12-build.txt")
    command = ["cmake", "--build", "--preset", preset, *(["--target", *targets] if targets else [])]
    with open(log, "w") as output:
        _run(["cmake", "--preset", preset], output, log)
        if _build(command, output, preset, say):
            return
        output.flush()
        if _forget_stale_precompiled_headers(preset, log) and _build(command, output, preset, say):
            return
    raise Problem(f"building the preset {preset} failed: {_first_error(log)}  (log: {log})")


def _forget_stale_precompiled_headers(preset: str, log: Path) -> bool:
    """An upgrade of a system package changes headers that Ninja does not watch; clang then refuses the precompiled one."""
    if "has been modified since the precompiled header" not in log.read_text(errors="replace"):
        return False
    for header in (BUILD / preset).rglob("cmake_pch.hxx.pch"):
        header.unlink()
    environment = {**os.environ, "CCACHE_RECACHE": "1"}  # ccache would bring the stale one back
    subprocess.run(["cmake", "--build", "--preset", preset, "--target", "metricstream_boost_asio"], cwd=ROOT, env=environment, capture_output=True, check=False)
    return True


def _run(command: list[str], output, log: Path) -> None:
    if subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False).returncode:
        raise Problem(f"{' '.join(command)} failed: {_first_error(log)}  (log: {log})")


def _build(command: list[str], output, preset: str, say) -> bool:
    environment = {**os.environ, "NINJA_STATUS": "[%f/%t] "}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shown = time.monotonic()
    try:
        for line in process.stdout:
            output.write(line)
            progress = re.match(r"\[(\d+)/(\d+)\]", line)
            if progress and time.monotonic() - shown > 15:
                shown = time.monotonic()
                say(f"  building {preset}: {progress[1]} of {progress[2]} steps")
    except BaseException:
        process.terminate()  # a signal to us alone: the build must not go on behind our back
        process.wait()
        raise
    return process.wait() == 0


def _first_error(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if re.search(r"^error:|[: ]error: |undefined symbol|CMake Error|No space left", line)]
    return (errors or lines or ["no output"])[0][:300]
