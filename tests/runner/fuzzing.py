"""Runs each libFuzzer target for a while on its seed corpus (tests/fuzz/corpus/<target>) and on what earlier runs found."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stack.paths import BUILD, ROOT

from . import logs
from .outcome import Outcome, one


def targets() -> list[Path]:
    return sorted(path for path in (BUILD / "asan").rglob("fuzz_*") if path.is_file() and os.access(path, os.X_OK) and not path.suffix)


def run(say, seconds: int, only: tuple[str, ...] = ()) -> Outcome:
    total = Outcome()
    found = [target for target in targets() if not only or target.name in only]
    for missing in sorted(set(only) - {target.name for target in found}):
        total.add(one(f"{missing} (not built)", False))
    with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as workers:
        for target, clean in zip(found, workers.map(lambda target: _run_one(target, seconds), found)):
            total.add(one(target.name, clean))
            say(f"  {target.name}: {'nothing found' if clean else 'FAILED'} in {seconds} s")
            if not clean:
                logs.show_tail(target.name)
    return total


def _run_one(target: Path, seconds: int) -> bool:
    work = BUILD / "fuzz" / target.name
    work.mkdir(parents=True, exist_ok=True)
    seeds = [ROOT / "tests/fuzz/corpus" / name for name in (target.name, target.name.removeprefix("fuzz_"))]
    command = [str(target), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=3000", "-print_final_stats=1",
               f"-artifact_prefix={logs.path(target.name).parent}/{target.name}-", str(work), *[str(seed) for seed in seeds if seed.is_dir()]]
    return logs.run_logged(target.name, command, timeout=seconds * 2 + 60)
