"""Ingest under twice the load that one core can take: what is still served, and how fast the rest is told to come back.

Ingest is pinned to the last processor; Kafka and the load share the others. The load is hey (Debian: apt-get install hey)
at a fixed rate over many connections: unlike a loop that waits for each answer, it does not slow down with the server.
Prints JSON.
"""

import argparse
import csv
import http.client
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[2] / "deploy" / "lib")]

from stack.pipeline import Pipeline  # noqa: E402
from stack.problem import Problem  # noqa: E402
from stack.services import UNLIMITED, admin  # noqa: E402


WARM_UP = 2  # seconds


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
        out[status] = {**summary(times), "per_second": round(len(times) / seconds)}
    return out


def summary(times: list[float]) -> dict:
    """Of sorted milliseconds."""
    return {"requests": len(times), "p50_ms": round(times[len(times) // 2], 1), "p99_ms": round(times[int(len(times) * 0.99)], 1)}


class Probe(threading.Thread):
    """One more client, fifty times a second, at real-time priority where that is allowed: the load shares its processor
    with Kafka, so that most of what it takes for the server's time is its own. Not while the load's connections open."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._over = threading.Event()
        self._times: dict[str, list[float]] = {}

    def run(self) -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
        except PermissionError:
            print("the probe has no real-time priority: its figures are upper bounds", file=sys.stderr)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        self._over.wait(WARM_UP)
        while not self._over.wait(0.02):
            began = time.monotonic()
            connection.request("POST", "/metrics", '{"name":"probe","value":1}', {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self._times.setdefault(str(answer.status), []).append((time.monotonic() - began) * 1000)

    def report(self) -> dict:
        self._over.set()
        self.join()
        return {status: summary(sorted(times)) for status, times in sorted(self._times.items())}


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
            probe = Probe(int(pipeline.ingest_url.rsplit(":", 1)[1]))
            probe.start()
            overload = load(pipeline.ingest_url, body, options.seconds, options.connections, offered)
            probed = probe.report()
            use = pipeline.ingest.process.resource_use()
            served = overload.get("202", {"per_second": 0})["per_second"]
            print(json.dumps({"capacity": capacity, "offered_per_second": offered, "overload": overload, "probe": probed,
                              "goodput_ratio": round(served / capacity["202"]["per_second"], 2), "resident_mib": round(use["resident_mib"])}, indent=2))
        finally:
            pipeline.stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"overload.py: {problem}")
