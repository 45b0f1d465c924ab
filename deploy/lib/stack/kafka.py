"""One real Kafka broker (KRaft, no ZooKeeper) from its Maven artifacts."""

import base64
import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

from . import kafka_protocol
from .paths import DEPS, ROOT, require_space
from .ports import LOOPBACK, free_port, require_free
from .problem import Problem
from .process import ManagedProcess
from .waiting import wait_until

DEFAULT_VERSION = "3.9.1"
NEEDED_MIB = 512

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=2
"""

LOG4J1 = """\
log4j.rootLogger=WARN, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=[%d] %p %m (%c)%n
log4j.logger.kafka.server.KafkaConfig=ERROR
"""

LOG4J2 = """\
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
"""


def chosen_version() -> str:
    version = os.environ.get("KAFKA_VERSION", "") or DEFAULT_VERSION
    if not re.fullmatch(r"[3-9]\.\d+\.\d+", version):
        raise Problem(f"KAFKA_VERSION={version} is no version of Kafka that works here: expected 3.x.y or 4.x.y, for example {DEFAULT_VERSION}")
    return version


def _uses_log4j2(version: str) -> bool:
    return int(version.split(".")[0]) >= 4


def _java() -> str:
    java = shutil.which("java")
    if not java:
        raise Problem("no Java: Kafka needs a Java 17 run-time (Debian: apt-get install openjdk-17-jre-headless)")
    return java


def fetch(version: str, say=print) -> Path:
    """The directory with Kafka's jars, downloaded once into build/deps/kafka-<version>/lib."""
    lib = DEPS / f"kafka-{version}" / "lib"
    if lib.is_dir():
        return lib
    _java()
    maven = shutil.which("mvn")
    if not maven:
        raise Problem("no Maven: it fetches Kafka once (Debian: apt-get install maven)")
    require_space(DEPS, 400, f"fetching Kafka {version}")
    say(f"fetching Kafka {version} from Maven's registry (60 MB, once)")
    partial = DEPS / f"kafka-{version}.partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(ROOT / "deploy/kafka/pom.xml"), f"-Dmaven.repo.local={DEPS / 'maven-repository'}",
               f"-Dkafka.version={version}", f"-DoutputDirectory={partial / 'lib'}", "dependency:copy-dependencies"]
    if _uses_log4j2(version):
        command[1:1] = ["-P", "log4j2"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode or not any((partial / "lib").glob("kafka_2.13-*.jar")):
        shutil.rmtree(partial, ignore_errors=True)
        errors = re.findall(r"\[ERROR\][^\n]*", result.stdout + result.stderr) or ["Maven said nothing"]
        raise Problem(f"Kafka {version} could not be fetched from Maven's registry (is it within reach? does the version exist?): {errors[0][:300]}")
    if lib.is_dir():  # another process was quicker
        shutil.rmtree(partial)
    else:
        partial.replace(lib.parent) if not lib.parent.exists() else shutil.move(partial / "lib", lib)
    return lib


class Kafka:
    """One broker. `directory` holds its configuration and data; `port` 0 takes any free one."""

    def __init__(self, directory: Path, run_dir: Path, log_dir: Path, port: int = 0, port_variable: str = "KAFKA_PORT",
                 with_parent: bool = False, say=print) -> None:
        self.port = port or free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        self.process = ManagedProcess("kafka", run_dir, log_dir)
        self._directory, self._port_variable, self._with_parent, self._say = directory, port_variable, with_parent, say

    def is_ready(self) -> bool:
        try:
            kafka_protocol.topics(self.address)
            return True
        except kafka_protocol.KafkaError:
            return False

    def start(self, wait: bool = True) -> None:
        """Nothing happens when it runs already."""
        if self.process.pid() is None:
            version = chosen_version()
            java, lib = _java(), fetch(version, self._say)
            require_free(self.port, "Kafka", self._port_variable)
            require_space(self._directory, NEEDED_MIB, "Kafka")
            self._launch(java, lib, version)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = 60) -> None:
        wait_until(self.is_ready, seconds, f"Kafka on {self.address} does not become ready", self.process.ended)

    def stop(self) -> None:
        self.process.stop(30)

    def _launch(self, java: str, lib: Path, version: str) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        properties = self._directory / "server.properties"
        data = self._directory / "data"
        properties.write_text(PROPERTIES.format(host=LOOPBACK, port=self.port, controller_port=free_port(), data=data))
        logging = self._directory / "log4j.properties"
        logging.write_text(LOG4J2 if _uses_log4j2(version) else LOG4J1)
        option = "-Dlog4j2.configurationFile=" if _uses_log4j2(version) else "-Dlog4j.configuration=file:"
        classes = [option + str(logging), "-cp", f"{lib}/*"]
        if not (data / "meta.properties").exists():
            self._format([java, *classes], properties)
        self.process.start([java, "-Xms256m", "-Xmx512m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", *classes, "kafka.Kafka", str(properties)],
                           self._directory, with_parent=self._with_parent)

    def _format(self, java: list[str], properties: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if cluster.startswith("-"):  # the tool would take it for an option
            cluster = "A" + cluster[1:]
        result = subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)],
                                capture_output=True, text=True, check=False)
        if result.returncode:
            raise Problem(f"Kafka's storage tool failed: {(result.stderr or result.stdout).strip().splitlines()[-1][:300]}")
