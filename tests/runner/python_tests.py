"""Runs python_suite.py over directories and adds up what it reports."""

import json
import os
import subprocess
import sys
from pathlib import Path

from stack.paths import ROOT

from . import logs
from .outcome import Outcome, one


def run(directory: str, say, only: str = "", show: bool = False) -> Outcome:
    """`show`: the tests take so long that each of their lines is worth showing."""
    name = "python-" + directory.replace("/", "-")
    report = logs.path(name).with_suffix(".json")
    report.unlink(missing_ok=True)
    command = [sys.executable, "-u", str(Path(__file__).with_name("python_suite.py")), directory, str(report), *([only] if only else [])]
    with open(logs.path(name), "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in process.stdout:
            log.write(line)
            if show and line.strip():
                say(f"  {line.rstrip()}")
        process.wait()
    if not report.exists():
        logs.show_tail(name)
        return one(f"{directory} (the tests could not be run)", False)
    document = json.loads(report.read_text())
    outcome = Outcome(document["passed"], len(document["failures"]), document["skipped"], document["failures"])
    say(f"  {directory}: {outcome}")
    if outcome.failed:
        logs.show_tail(name)
    return outcome
