"""A developer's Kafka and InfluxDB on loopback, under build/local: beside the tests and the demo, which use servers of their own.

  up      start what does not run, wait until it answers, write build/local/env (KAFKA_BROKERS=, INFLUXDB_URL=, INGEST_URL=, ...)
  down    stop what runs; data stays (down --clean removes it)
  status  what runs, where, and its log

--all: also metricstream-ingest, -aggregator and -agent from config/ (built first), with topics and database set up.

environment:
  KAFKA_PORT (19092) INFLUXDB_PORT (18086) INGEST_PORT (18080)
  INGEST_ADMIN_PORT (18081) AGGREGATOR_ADMIN_PORT (18082) AGENT_ADMIN_PORT (18083)
  KAFKA_VERSION (3.9.1): another Kafka, 3.x or 4.x       INFLUXDB=2: InfluxDB 2.7, built here (needs Go and Rust)
  LOCAL_DIRECTORY (build/local): another place for data and logs, for a second set of servers on other ports
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from stack import kafka_protocol
from stack.build import PROGRAMS, build
from stack.console import say
from stack.ending import exit_code
from stack.kafka import chosen_version
from stack.paths import BUILD, alone
from stack.pipeline import Pipeline, Ports, chosen_influxdb, require_space_for_servers
from stack.ports import port_from_environment
from stack.problem import Problem

DIRECTORY = Path(os.environ.get("LOCAL_DIRECTORY") or BUILD / "local").absolute()
CHOSEN = DIRECTORY / "chosen.json"
DEFAULT_PORTS = {"KAFKA_PORT": 19092, "INFLUXDB_PORT": 18086, "INGEST_PORT": 18080, "INGEST_ADMIN_PORT": 18081,
                 "AGGREGATOR_ADMIN_PORT": 18082, "AGENT_ADMIN_PORT": 18083}


def chosen_now() -> dict[str, int | str]:
    ports = {name: port_from_environment(name, port) for name, port in DEFAULT_PORTS.items()}
    return {**ports, "INFLUXDB": chosen_influxdb(), "KAFKA_VERSION": chosen_version()}


def pipeline(chosen: dict[str, int | str]) -> Pipeline:
    ports = Ports(*(chosen[name] for name in DEFAULT_PORTS))
    return Pipeline(DIRECTORY, ports, chosen["INFLUXDB"], say=say)


def running() -> dict[str, int | str] | None:
    """Ports and versions of what runs, whatever the environment says now."""
    try:
        chosen = json.loads(CHOSEN.read_text())
        return chosen if any(process.pid() for process in pipeline(chosen).processes()) else None
    except (OSError, ValueError, KeyError):
        return None


def pipeline_to_start() -> Pipeline:
    wanted, present = chosen_now(), running()
    if present and present != wanted:
        name = next(name for name in wanted if present.get(name) != wanted[name])
        raise Problem(f"it runs already with {name}={present.get(name)}, not {wanted[name]}: deploy/local down first")
    if not present:
        require_space_for_servers(DIRECTORY)
    CHOSEN.write_text(json.dumps(wanted))
    return pipeline(wanted)


def up(local: Pipeline, everything: bool) -> None:
    ran_before = {process.name for process in local.processes() if process.pid()}
    say("Kafka and InfluxDB " + ("run already" if {"kafka", "influxdb"} <= ran_before else "are starting"))
    try:
        local.start_servers()
        if everything:
            build("release", PROGRAMS, say)
            local.set_up()
            local.start_services()
    except BaseException:
        for process in local.processes():
            if process.name not in ran_before:
                process.stop(40)
        raise
    write_environment(local)
    show(local)
    say(f"addresses: set -a; . {DIRECTORY / 'env'}; set +a")


def write_environment(local: Pipeline) -> None:
    text = "".join(f"{name}={value}\n" for name, value in local.environment().items())
    (DIRECTORY / "env").write_text(text)


def down(local: Pipeline, clean: bool) -> None:
    for process in local.processes():
        if process.pid():
            process.stop(40)
            say(f"{process.name} is stopped")
    (DIRECTORY / "env").unlink(missing_ok=True)
    if clean:
        for path in DIRECTORY.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def show(local: Pipeline) -> bool:
    """True when both servers are up."""
    places = {"kafka": local.kafka.address, "influxdb": local.influxdb.url, "ingest": local.ingest_url,
              "aggregator": local.aggregator.admin_url, "agent": local.agent.admin_url}
    for process in reversed(local.processes()):
        pid = process.pid()
        print(f"  {process.name:<11}{'up, pid ' + str(pid) if pid else 'down':<16}{places[process.name] if pid else '':<28}{process.log if pid else ''}")
    if local.kafka.process.pid():
        try:
            found = kafka_protocol.topics(local.kafka.address)
            print("  topics     " + (", ".join(f"{name} ({count})" for name, count in sorted(found.items()) if not name.startswith("__")) or "none yet"))
        except kafka_protocol.KafkaError as error:
            print(f"  Kafka does not answer: {error}")
    return bool(local.kafka.process.pid() and local.influxdb.process.pid())


def serve(options: argparse.Namespace) -> int:
    if options.command == "status":
        return 0 if show(pipeline(running() or chosen_now())) else 1
    with alone(DIRECTORY, "another deploy/local is at work, waiting for it"):
        if options.command == "up":
            up(pipeline_to_start(), options.all)
        else:
            down(pipeline(running() or chosen_now()), options.clean)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/local", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["up", "down", "status"])
    parser.add_argument("--all", action="store_true", help="with up: also ingest, aggregator and agent")
    parser.add_argument("--clean", action="store_true", help="with down: also remove data and logs")
    parser.add_argument("--no-install", action="store_true", help="never call apt: say what is missing, and end")
    options = parser.parse_args()
    return exit_code("deploy/local", lambda: serve(options), DIRECTORY)


if __name__ == "__main__":
    sys.exit(main())
