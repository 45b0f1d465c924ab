#!/usr/bin/env python3
"""Holds the layers: a folder of common/ includes only lower ones, a service never another service, and each third-party
library stays in its room.

    check_layers.py [ROOT]
"""

import re
import sys
from pathlib import Path
from typing import Iterator

# A folder may include its own files and those of lower layers.
LAYERS = {"base": 0, "model": 1, "log": 1, "metrics": 1, "codec": 2, "gzip": 2, "config": 2, "runtime": 2, "auth": 3, "http": 3, "kafka": 3, "influx": 4, "cli": 5}

# Library header -> the only folders (of common/ and services/) that may include it.
ROOMS = {
    r"librdkafka/|rdkafka": ["common/kafka"],
    r"yaml-cpp/": ["common/config"],
    r"boost/json": ["common/codec"],
    r"protozero/": ["common/codec"],
    r"libdeflate": ["common/gzip"],
    r"boost/beast": ["common/http", "common/runtime"],  # runtime: the separately compiled source and the precompiled header
    r"spdlog/": ["common/log"],
    r"prometheus/": ["common/metrics"],
    r"CLI/": ["common/cli", "services/admin"],  # admin: a command line with sub-commands of its own
}

# Service -> those it may know. The operator's tool reads the aggregator's configuration and writes its first commit.
KNOWS = {"admin": {"aggregator"}}

# Folders whose code decides things: no socket, no file, no thread, no clock.
PURE = {
    "common/base": r"boost/|common/(?!base/)",
    "common/model": r"boost/(asio|beast|json|filesystem|thread)",
    "services/aggregator/fold": r"boost/(asio|beast|json|filesystem|thread)|common/(http|kafka|influx|runtime|config|log|metrics|cli)/|<(fstream|thread|mutex|filesystem|sys/|unistd)",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"][^>"]+[>"])', re.MULTILINE)


def findings(root: Path) -> Iterator[str]:
    for top in ("common", "services"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h", ".ipp"):
                name = path.relative_to(root).as_posix()
                for match in INCLUDE.finditer(path.read_text()):
                    reason = _refusal(name, match[1])
                    if reason:
                        line = path.read_text().count("\n", 0, match.start(1)) + 1
                        yield f"{name}:{line}: {match[1]}: {reason}"


def _refusal(name: str, include: str) -> str | None:
    target = include[1:-1]
    return _wrong_layer(name, target) or _wrong_room(name, target) or _impure(name, include)


def _wrong_layer(name: str, target: str) -> str | None:
    here, there = name.split("/"), target.split("/")
    if here[0] == "common" and there[0] == "services":
        return "common/ may not know the services"
    if there[0] == "tests":
        return "product code may not include the tests'"
    if here[0] == "services" and there[0] == "services" and here[1] != there[1] and there[1] not in KNOWS.get(here[1], set()):
        return f"services/{here[1]} may not include another service: what two share belongs into common/"
    if here[0] == "common" and there[0] == "common" and here[1] != there[1]:
        if here[1] not in LAYERS or there[1] not in LAYERS:
            return f"unknown folder: give common/{here[1]} and common/{there[1]} a layer in tests/lint/check_layers.py"
        if LAYERS[there[1]] >= LAYERS[here[1]]:
            return f"common/{here[1]} (layer {LAYERS[here[1]]}) may only include lower layers, common/{there[1]} is {LAYERS[there[1]]}"
    return None


def _wrong_room(name: str, target: str) -> str | None:
    for library, rooms in ROOMS.items():
        if re.match(library, target) and not any(name.startswith(room + "/") for room in rooms):
            return f"this library stays in {' and '.join(rooms)}"
    return None


def _impure(name: str, include: str) -> str | None:
    for folder, forbidden in PURE.items():
        if name.startswith(folder + "/") and re.search(r'^["<]?(?:' + forbidden + ")", include.lstrip('"')):
            return f"{folder} is pure: no sockets, files, threads or clocks, nothing of a higher layer"
    return None


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    count = 0
    for finding in findings(root):
        print(finding)
        count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
