"""This machine's metrics through the whole system: agent, ingest, a real Kafka, aggregator, a real InfluxDB.

Builds what is needed, starts everything on free ports of loopback under build/demo, shows what flows, stops the agent, waits
until its last windows have closed, reads the results back from InfluxDB and compares three sources: the agent's own ledger,
the Kafka log decoded, InfluxDB by query. Ends with status 0 only when they agree. Beside a developer's deploy/local.
"""

import argparse
import re
import shutil
import signal
import sys

from stack.build import PROGRAMS, binaries, build
from stack.console import complain, elapsed, say
from stack.demonstration import Demonstration
from stack.paths import BUILD, ROOT, alone
from stack.pipeline import Pipeline, chosen_influxdb
from stack.problem import Problem

DIRECTORY = BUILD / "demo"
RUN = DIRECTORY / "run"
PAGE = DIRECTORY / "index.html"


def duration(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no duration: expected a number with s, m or h, such as 90s")
    seconds = float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]
    if seconds < 10:
        raise argparse.ArgumentTypeError(f"{text} is too short: expected at least 10s, one window")
    return seconds


def stop_earlier_run() -> None:
    """What an earlier --keep left."""
    processes = Pipeline(RUN, influxdb_version=chosen_influxdb()).processes()
    if any(process.pid() for process in processes):
        say("stopping the demo that --keep left running")
    for process in processes:
        process.stop(40)


def run(options: argparse.Namespace) -> int:
    stop_earlier_run()
    if options.stop:
        return 0
    say("building (first time 5 to 10 minutes on 2 cores, later seconds)")
    build("release", PROGRAMS, say)
    shutil.rmtree(RUN, ignore_errors=True)
    demo = Demonstration(RUN, chosen_influxdb(), with_parent=not options.keep, say=say)
    finished = False
    try:
        demo.start()
        demo.watch(options.duration)
        demo.drain()
        disagreements = demo.show(demo.settled_account(), PAGE)
        finished = True
    finally:
        if not (finished and options.keep):
            demo.pipeline.stop()
    say(f"page with plots: {PAGE}")
    if options.keep:
        demo.pipeline.agent.start()
        print(kept(demo), flush=True)
    if disagreements:
        for line in disagreements:
            complain("deploy/demo", line)
        return 1
    say(f"all three sources agree; all of it took {elapsed():.0f} s")
    return 0


def kept(demo: Demonstration) -> str:
    admin = f"{(binaries() / 'metricstream-admin').relative_to(ROOT)} --config.file {demo.pipeline.aggregator.configuration.relative_to(ROOT)}"
    url = demo.pipeline.ingest_url
    return f"""
It keeps running: ingest {url}, Kafka {demo.pipeline.kafka.address}, InfluxDB {demo.pipeline.influxdb.url}; the end of it: deploy/demo --stop
Three lines to try, from {ROOT}:
  {admin} --ingest-url {url} send my.first.metric 42 --tag place=here
  {admin} query cpu.usage.percent --last 5m --policy 10s
  {admin} tail --json --count 1
"""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duration", type=duration, default=90.0, help="how long the agent measures (default: 90s)")
    parser.add_argument("--keep", action="store_true", help="leave everything running at the end, and say where")
    parser.add_argument("--stop", action="store_true", help="only stop what --keep left running")
    parser.add_argument("--no-install", action="store_true", help="never call apt: say what is missing, and end")
    return parser.parse_args()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        options = parse()
        with alone(DIRECTORY, refuse="another deploy/demo is running in this checkout: wait for it, or stop it"):
            return run(options)
    except Problem as problem:
        complain("deploy/demo", problem)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
