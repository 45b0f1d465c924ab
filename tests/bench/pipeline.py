#!/usr/bin/env python3
"""CPU-seconds per million samples of ingest and aggregator, on a real Kafka and InfluxDB; prints one JSON object.

  tests/bench/pipeline.py [--seconds 20] [--connections 32]      needs build/release and wrk

wrk sends batches of 100 samples (17 KB of JSON, 50 clients, 5,000 series) to one ingest thread; then the aggregator reads
what was stored: once with raw points, once windows only. Machines differ and are noisy: compare ratios of one run.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/lib"))

from stack.pipeline import Pipeline  # noqa: E402
from stack.problem import Problem  # noqa: E402
from stack.services import UNLIMITED, admin  # noqa: E402
from stack.waiting import wait_until  # noqa: E402

BATCHES = Path(__file__).with_name("batches.lua")
MILLION = 1e6


def metrics(url: str) -> dict[str, float]:
    """Sums over labels of every metric of a service."""
    request = urllib.request.Request(f"{url}/metrics", headers={"Accept": "text/plain"})
    out: dict[str, float] = {}
    with urllib.request.urlopen(request, timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            found = re.fullmatch(r"([a-z_]+)(?:\{.*\})? (\S+)", line)
            if found:
                out[found[1]] = out.get(found[1], 0) + float(found[2])
    return out


def bench_ingest(pipeline: Pipeline, seconds: int, connections: int) -> dict:
    pipeline.ingest.start()
    before = pipeline.ingest.process.resource_use()["cpu_seconds"]
    load = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(BATCHES), pipeline.ingest_url],
                          capture_output=True, text=True, check=True)
    result = json.loads(load.stdout.splitlines()[-1])
    use = pipeline.ingest.process.resource_use()
    samples = metrics(pipeline.ingest.admin_url)["metricstream_ingest_samples_accepted_total"]
    pipeline.ingest.process.stop(40)
    return {"samples": int(samples), "requests_per_second": round(result["requests"] / result["seconds"]),
            "p50_ms": result["p50_ms"], "p99_ms": result["p99_ms"], "errors": result["errors"],
            "cpu_seconds_per_million": round((use["cpu_seconds"] - before) / samples * MILLION, 3), "resident_mib": round(use["resident_mib"])}


def bench_aggregator(pipeline: Pipeline, samples: int) -> dict:
    admin(["setup", "kafka"], pipeline.aggregator.write_configuration())
    pipeline.aggregator.start()
    url = pipeline.aggregator.admin_url

    def done() -> bool:
        now = metrics(url)
        return now["metricstream_aggregate_samples_total"] >= samples and now.get("metricstream_sink_queued_bytes", 0) == 0

    wait_until(done, 300, "the aggregator does not catch up", pipeline.aggregator.process.ended)
    use = pipeline.aggregator.process.resource_use()
    pipeline.aggregator.process.stop(40)
    return {"cpu_seconds_per_million": round(use["cpu_seconds"] / samples * MILLION, 3), "resident_mib": round(use["resident_mib"])}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise Problem("no wrk: it makes the load (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory(prefix="metricstream-bench-") as directory:
        pipeline = Pipeline(Path(directory), with_parent=True, say=lambda text: print(text, file=sys.stderr), ingest={"http.threads": "1", **UNLIMITED})
        try:
            pipeline.start_servers()
            pipeline.set_up()
            out = {"ingest": bench_ingest(pipeline, options.seconds, options.connections)}
            for name, raw in (("aggregator_with_raw_points", "true"), ("aggregator_windows_only", "false")):
                pipeline.aggregator.overrides.update({"group.id": f"bench-{raw}", "rules": f'[{{match: "*", raw: {raw}}}]'})
                out[name] = bench_aggregator(pipeline, out["ingest"]["samples"])
            print(json.dumps(out, indent=2))
        finally:
            pipeline.stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"pipeline.py: {problem}")
