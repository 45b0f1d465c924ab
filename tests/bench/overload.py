"""Ingest under twice the load that one core can take: what is still served, and how fast the rest is told to come back.

Ingest is pinned to the last processor; Kafka and the load share the others. The load is wrk (Debian: apt-get install wrk)
over many connections, each of which pauses between its requests for many times as long as an answer takes: so it hardly
slows down with the server.
Prints JSON.
"""

import argparse
import gzip
import http.client
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


WARM_UP = 3  # seconds


def batch(samples: int) -> bytes:
    tags = {"host": "web-server-01", "environment": "production", "datacenter": "us-west-2", "service": "api-gateway"}
    now = int(time.time() * 1000)
    metrics = [{"name": f"service.requests.metric_{i}", "value": 1000.25 + i, "timestamp": now, "tags": tags}
               for i in range(samples)]
    return json.dumps({"metrics": metrics}).encode()


# Of a connection: a pause before each request, of any length up to twice the mean, so that they do not beat together.
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
%(encoding)s
local file = io.open("%(body)s", "rb")
wrk.body = file:read("*a")
file:close()
local id = 0
function setup(thread) id = id + 1 thread:set("id", id) end
function init() math.randomseed(id) end
%(delay)s
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("RESULT %%d %%d %%d\\n", summary.requests, errors.status, failed))
end
"""


def load(url: str, body: Path, seconds: int, connections: int, pause: float = 0) -> dict:
    """Answers a second, from connections that wait for an answer and then for `pause` milliseconds in the mean."""
    script = body.with_suffix(".lua")
    encoding = 'wrk.headers["Content-Encoding"] = "gzip"' if body.suffix == ".gz" else ""
    delay = f"function delay() return math.random(0, {round(2 * pause)}) end" if pause else ""
    script.write_text(SCRIPT % {"encoding": encoding, "body": body, "delay": delay})
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "20s", "-s", str(script),
               f"{url}/metrics"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests, refused, failed = (int(number) for number in output.split("RESULT ")[1].split()[:3])
    return {"accepted": round((requests - refused) / seconds), "refused": round(refused / seconds), "failed": failed}


def summary(times: list[float]) -> dict:
    """Of sorted milliseconds."""
    return {"requests": len(times), "p50_ms": round(times[len(times) // 2], 1), "p99_ms": round(times[int(len(times) * 0.99)], 1)}


class Probe(threading.Thread):
    """One more client, up to three hundred times a second, at real-time priority where that is allowed: the load shares its processor
    with Kafka, so that most of what it takes for the server's time is its own. Not while the load's connections open."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._over = threading.Event()
        self._times: dict[str, list[float]] = {}
        self._failure: Exception | None = None

    def run(self) -> None:
        try:
            self._ask()
        except Exception as error:  # of any kind: without it the figures would lack the worst request
            self._failure = error

    def _ask(self) -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
        except PermissionError:
            print("the probe has no real-time priority: its figures are upper bounds", file=sys.stderr)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        self._over.wait(WARM_UP)
        while not self._over.wait(0.003):
            began = time.monotonic()
            connection.request("POST", "/metrics", '{"name":"probe","value":1}', {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self._times.setdefault(str(answer.status), []).append((time.monotonic() - began) * 1000)

    def report(self) -> dict:
        self._over.set()
        self.join()
        if self._failure:
            lost = f"the probe had no answer to a request, so that its figures lack the worst: {self._failure!r}"
            raise Problem(lost) from self._failure
        return {status: summary(sorted(times)) for status, times in sorted(self._times.items())}


def measure(pipeline: Pipeline, body: Path, options: argparse.Namespace) -> tuple[dict, int]:
    """What came out, and how many requests of the load had no answer."""
    packed = bytes if options.plain else gzip.compress
    body.write_bytes(packed(batch(options.samples)))
    alone = load(pipeline.ingest_url, body, options.seconds, 64)
    capacity = alone["accepted"]
    body.write_bytes(packed(batch(options.samples)))
    probe = Probe(int(pipeline.ingest_url.rsplit(":", 1)[1]))
    probe.start()
    before = pipeline.ingest.process.resource_use()
    pause = options.connections / (2 * capacity) * 1000
    overload = load(pipeline.ingest_url, body, options.seconds, options.connections, pause)
    probed = probe.report()
    use = pipeline.ingest.process.resource_use()
    result = {"capacity_per_second": capacity, "overload_per_second": overload, "probe": probed,
              "load_ratio": round((overload["accepted"] + overload["refused"]) / capacity, 2),
              "goodput_ratio": round(overload["accepted"] / capacity, 2),
              "resident_mib": round(use["resident_mib"]),
              "processor_share": round((use["cpu_seconds"] - before["cpu_seconds"]) / options.seconds, 2)}
    return result, alone["failed"] + overload["failed"]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=15, help=f"of each load, more than {WARM_UP} (default: 15)")
    parser.add_argument("--samples", type=int, default=300, help="of a batch")
    parser.add_argument("--connections", type=int, default=4000)
    parser.add_argument("--plain", action="store_true", help="bodies not compressed, 170 bytes a sample")
    parser.add_argument("--max-delay", default="20ms", help="admission.max_delay; 0s turns it off")
    options = parser.parse_args()
    if options.seconds <= WARM_UP:
        raise Problem(f"--seconds {options.seconds}: expected more than {WARM_UP}, after which the probe begins")
    return options


def say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> int:
    options = parse()
    if not shutil.which("wrk"):
        raise Problem("no wrk: it makes the load (Debian: apt-get install wrk)")
    last = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="metricstream-bench-") as directory:
        settings = {"http.threads": "1", **UNLIMITED, "admission.max_delay": options.max_delay}
        pipeline = Pipeline(Path(directory), with_parent=True, say=say, ingest=settings)
        body = Path(directory) / ("batch.json" if options.plain else "batch.json.gz")
        try:
            others = os.sched_getaffinity(0) - {last} or {last}
            os.sched_setaffinity(0, others)
            pipeline.kafka.start()
            admin(["setup", "kafka"], pipeline.aggregator.write_configuration())
            pipeline.ingest.start()
            ingest = str(pipeline.ingest.process.pid())
            subprocess.run(["taskset", "-a", "-p", "-c", str(last), ingest], check=True, capture_output=True)
            result, failed = measure(pipeline, body, options)
            print(json.dumps(result, indent=2), flush=True)
        finally:
            pipeline.stop()
    if failed:
        raise Problem(f"{failed} requests of the load had no answer: expected one to each, be it 503")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"overload.py: {problem}")
