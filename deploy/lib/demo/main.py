"""This machine's metrics on their way through the whole system, for real, on loopback: agent, ingest, Kafka, aggregator, InfluxDB.

Builds what is needed, runs for a while, then reads the results back from InfluxDB as a table and a page (build/demo/demo.html),
and draws the account: what the agent sent, what is in Kafka's log and what InfluxDB has must be the same samples, else the exit
code is 1. Everything is under build/; no process stays behind, unless --keep asks for it.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from stack.ending import exit_code

from demo import account, show, stage
from demo.live import drain, watch
from demo.run import DIRECTORY, Run
from demo.series import SECOND, nanoseconds
from demo.times import Times
from demo.windows import sizes


def duration(text: str) -> float:
    try:
        return nanoseconds(text if not text.isdigit() else text + "s") / SECOND
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no duration: expected such as 90s, 2m, 1m30s") from None


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duration", type=duration, default=90.0, metavar="90s", help="how long the agent measures (default: 90s)")
    parser.add_argument("--keep", action="store_true", help="leave all of it running, and say how to look around")
    parser.add_argument("--stop", action="store_true", help="end what --keep left running")
    parser.add_argument("--windows", type=sizes, default=["10s", "1m"], metavar="10s,1m", help="sizes of the windows (default: 10s,1m)")
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help="where data, logs and results go (default: build/demo)")
    parser.add_argument("--no-install", action="store_true", help="never call apt: say what is missing, and end")
    return parser.parse_args()


def demo(options: argparse.Namespace, times: Times) -> None:
    run = Run(str(options.directory), options.windows)
    pipeline = stage.start(run, options.keep, times)
    is_kept = False
    try:
        times.begin("measuring", f"the agent measures this machine for {options.duration:g} s")
        pipeline.agent.start()
        watch(pipeline, run, options.duration, times.say)
        times.begin("draining", "stopping the agent: it sends what it has")
        drain(pipeline, run, times.say)
        times.begin("reading back", "reading back")
        drawn = show.read_back(run, times.say)
        if options.keep:
            run.save()
            pipeline.agent.start()
            is_kept = True
    finally:
        if not is_kept:
            stage.end(pipeline, in_haste=sys.exc_info()[0] is not None)
    times.finish()
    if is_kept:
        show.ways_in(pipeline, run)
    account.verdict(drawn)


def serve(options: argparse.Namespace) -> int:
    with stage.alone(options.directory):
        if options.stop:
            stage.stop_kept(options.directory)
        else:
            demo(options, Times(float(os.environ.get("DEMO_STARTED", "") or time.time()), options.directory))
    return 0


def end_like_ctrl_c(*_) -> None:
    raise KeyboardInterrupt


def main() -> int:
    options = parse()
    options.directory = options.directory.resolve()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_like_ctrl_c)
    return exit_code("deploy/demo", lambda: serve(options), options.directory, "interrupted; everything that it started has ended")


if __name__ == "__main__":
    sys.exit(main())
