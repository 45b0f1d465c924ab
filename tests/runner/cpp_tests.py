"""Runs the test executables that ctest knows, side by side, and counts their cases."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stack.paths import BUILD, ROOT
from stack.problem import Problem

from . import logs
from .outcome import Outcome, one

SUPPRESSIONS = ROOT / "tests/support/tsan.suppressions"


def executables(preset: str, label: str) -> list[dict]:
    """ctest's description of the tests with this label."""
    result = subprocess.run(["ctest", "--test-dir", str(BUILD / preset), "--show-only=json-v1"], capture_output=True, text=True, check=False)
    if result.returncode:
        raise Problem(f"ctest cannot list the tests of {preset}: {result.stderr.strip()[:200]}")
    tests = []
    for test in json.loads(result.stdout)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        if label in properties.get("LABELS", []):
            tests.append({"name": test["name"], "command": test.get("command"), "timeout": properties.get("TIMEOUT", 300.0),
                          "directory": properties.get("WORKING_DIRECTORY", str(BUILD / preset)),
                          "environment": dict(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))})
    return tests


def run(preset: str, label: str, say, only: str = "") -> Outcome:
    tests = [test for test in executables(preset, label) if only in test["name"]]
    total = Outcome()
    with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as workers:
        for test, outcome in zip(tests, workers.map(lambda test: _run_one(preset, test), tests)):
            total.add(outcome)
            say(f"  {preset} {test['name']}: {outcome}")
            if outcome.failed:
                logs.show_tail(_log_name(preset, test))
    return total


def _log_name(preset: str, test: dict) -> str:
    return f"{preset}-{test['name']}"


def _run_one(preset: str, test: dict) -> Outcome:
    name = _log_name(preset, test)
    if not test["command"]:
        logs.path(name).write_text("not built\n")
        return one(f"{name} (not built)", False)
    report = logs.path(name).with_suffix(".xml")
    report.unlink(missing_ok=True)
    command = [word for word in test["command"] if word != "--gtest_brief=1"]
    slower = 1 if preset in ("release", "dev") else 4
    environment = {**os.environ, **_sanitizer_environment(preset), **test["environment"], "GTEST_OUTPUT": f"xml:{report}"}
    succeeded = logs.run_logged(name, command, timeout=test["timeout"] * slower, cwd=test["directory"], env=environment)
    outcome = _from_report(name, report) if report.exists() else _from_output(name, logs.path(name), succeeded)
    if not succeeded and not outcome.failed:  # a sanitizer's verdict at exit, for example
        outcome.add(one(f"{name} (exit status)", False))
    return outcome


def _sanitizer_environment(preset: str) -> dict[str, str]:
    symbolizer = shutil.which("llvm-symbolizer-19") or shutil.which("llvm-symbolizer")
    common = f":external_symbolizer_path={symbolizer}" if symbolizer else ""
    suppressions = f":suppressions={SUPPRESSIONS}" if SUPPRESSIONS.exists() else ""
    return {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1" + common,
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1" + common,
            "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1" + common + suppressions} if preset in ("asan", "tsan") else {}


def _from_report(name: str, report: Path) -> Outcome:
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        title = f"{name}: {case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None:
            outcome.failed += 1
            outcome.failures.append(title)
        elif case.get("status") == "notrun" or case.get("result") in ("skipped", "suppressed") or case.find("skipped") is not None:
            outcome.skipped.append(title)
        else:
            outcome.passed += 1
    return outcome


def _from_output(name: str, log: Path, succeeded: bool) -> Outcome:
    """No report: no GoogleTest program, or one that died before writing it."""
    text = log.read_text(errors="replace")
    passed = len(re.findall(r"^\[       OK \]", text, re.MULTILINE))
    started = re.findall(r"^\[ RUN      \] (\S+)", text, re.MULTILINE)
    if succeeded:
        return Outcome(passed=max(1, passed))
    return Outcome(passed=passed, failed=1, failures=[f"{name}: died in {started[-1]}" if started else name])
