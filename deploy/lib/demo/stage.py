"""The pipeline that the demo runs on: built, on free loopback ports, in a directory of its own."""

import shutil
import signal
from pathlib import Path

from stack import kafka, paths
from stack.build import PROGRAMS, build
from stack.console import say
from stack.paths import BUILD
from stack.pipeline import Pipeline, chosen_influxdb, require_space_for_servers
from stack.problem import Problem

from demo.live import GRACE, REVISION_INTERVAL
from demo.run import CLIENT, Run
from demo.times import Times

KEPT_FILES = ("lock", "times.json")


def alone(directory: Path):
    """One demo a directory; it is emptied at the start, so it must be one of ours."""
    if BUILD not in directory.parents:
        raise Problem(f"--directory {directory} is not below {BUILD}, where everything goes that the scripts make")
    return paths.alone(directory, refuse=f"another deploy/demo is at work in {directory}: wait for it, or end it with Ctrl-C there")


def prepare(times: Times) -> None:
    times.begin("Kafka's jars", "looking for Kafka's jars")
    kafka.fetch(kafka.chosen_version(), times.say)
    times.begin("build", "building the four programs")
    build("release", PROGRAMS, times.say)


def start(run: Run, keep: bool, times: Times) -> Pipeline:
    """Everything but the agent runs when this returns; nothing when it fails."""
    directory = Path(run.directory)
    if any(process.pid() for process in Pipeline(directory).processes()):
        raise Problem(f"a demo was left running by --keep: {run.stop_command} ends it")
    require_space_for_servers(directory)
    prepare(times)
    _empty(directory)
    windows = ", ".join(f"{{size: {size}, grace: {GRACE}}}" for size in run.windows)
    pipeline = Pipeline(
        directory, None, chosen_influxdb(), with_parent=not keep, say=times.say,
        aggregator={"windows": f"[{windows}]", "state.revision_interval": REVISION_INTERVAL},
        agent={"collection.interval": "1s", "client_id": CLIENT, "ledger_path": str(run.ledger)})
    run.influxdb_port, run.influxdb_version = pipeline.influxdb.port, pipeline.influxdb.version
    try:
        times.begin("servers", "starting Kafka and InfluxDB")
        pipeline.start_servers()
        times.begin("services", "setting up topics and database, starting ingest and aggregator")
        pipeline.set_up()
        pipeline.start_services(agent=False)
    except BaseException:
        end(pipeline, in_haste=True)
        raise
    return pipeline


def end(pipeline: Pipeline, in_haste: bool = False) -> None:
    """Nothing runs any more when this returns; a second Ctrl-C does not change that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if in_haste:
        for process in pipeline.processes():
            process.kill()
    else:
        pipeline.stop()


def stop_kept(directory: Path) -> None:
    pipeline = Pipeline(directory)
    running = [process.name for process in pipeline.processes() if process.pid()]
    pipeline.stop()
    say(f"stopped: {', '.join(running)}" if running else "nothing was running")


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.name not in KEPT_FILES:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
