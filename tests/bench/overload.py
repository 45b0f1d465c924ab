"""Ingest under twice the load that one core can take: what is still served, and how fast the rest is told to come back.

Ingest is pinned to the last processor; Kafka and the load share the others. The load is hey (Debian: apt-get install hey)
at a fixed rate over many connections: unlike a loop that waits for each answer, it does not slow down with the server.
Prints JSON.
"""

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[2] / "deploy" / "lib")]

from stack.pipeline import Pipeline  # noqa: E402
from stack.problem import Problem  # noqa: E402
from stack.services import UNLIMITED, admin  # noqa: E402


def batch(samples: int) -> str:
    tags = {"host": "web-server-01", "environment": "production", "datacenter": "us-west-2", "service": "api-gateway"}
    now = int(time.time() * 1000)
    return json.dumps({"metrics": [{"name": f"service.requests.metric_{i}", "value": 1000.25 + i, "timestamp": now, "tags": tags} for i in range(samples)]})


def load(url: str, body: Path, seconds: int, connections: int, rate: float) -> dict:
    """hey's report, by status. `rate` 0: as fast as the answers come."""
    command = ["hey", "-z", f"{seconds}s", "-c", str(connections), "-m", "POST", "-T", "application/json", "-D", str(body), "-o", "csv", "-t", "20"]
    if rate:
        command += ["-q", f"{rate / connections:.6f}"]
    result = subprocess.run([*command, f"{url}/metrics"], capture_output=True, text=True, check=True)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    out = {}
    for status in sorted({row["status-code"] for row in rows}):
        times = sorted(float(row["response-time"]) * 1000 for row in rows if row["status-code"] == status)
        out[status] = {"requests": len(times), "per_second": round(len(times) / seconds), "p50_ms": round(times[len(times) // 2], 1),
                       "p99_ms": round(times[int(len(times) * 0.99)], 1)}
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--samples", type=int, default=300, help="of a batch; larger batches leave the load generator more room")
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--max-delay", default="25ms", help="admission.max_delay; 0s turns it off")
    options = parser.parse_args()
    if not shutil.which("hey"):
        raise Problem("no hey: it makes the load (Debian: apt-get install hey)")
    last = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="metricstream-bench-") as directory:
        pipeline = Pipeline(Path(directory), with_parent=True, say=lambda text: print(text, file=sys.stderr), ingest={"http.threads": "1", **UNLIMITED, "admission.max_delay": options.max_delay})
        body = Path(directory) / "batch.json"
        try:
            others = os.sched_getaffinity(0) - {last} or {last}
            os.sched_setaffinity(0, others)
            pipeline.kafka.start()
            admin(["setup", "kafka"], pipeline.aggregator.write_configuration())
            pipeline.ingest.start()
            subprocess.run(["taskset", "-a", "-p", "-c", str(last), str(pipeline.ingest.process.pid())], check=True, capture_output=True)
            body.write_text(batch(options.samples))
            capacity = load(pipeline.ingest_url, body, options.seconds, 64, 0)
            body.write_text(batch(options.samples))
            offered = 2 * capacity["202"]["per_second"]
            overload = load(pipeline.ingest_url, body, options.seconds, options.connections, offered)
            use = pipeline.ingest.process.resource_use()
            served = overload.get("202", {"per_second": 0})["per_second"]
            print(json.dumps({"capacity": capacity, "offered_per_second": offered, "overload": overload,
                              "goodput_ratio": round(served / capacity["202"]["per_second"], 2), "resident_mib": round(use["resident_mib"])}, indent=2))
        finally:
            pipeline.stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"overload.py: {problem}")
