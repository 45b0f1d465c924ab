"""docs/openapi.yaml as the tests read it: its examples, what it says of errors, and what the running service serves."""

import http.client
import json
import re
import socket
import subprocess
import urllib.parse
from dataclasses import dataclass
from typing import Iterator

from stack.paths import ROOT

from tests.runner import python_environment

PATH = ROOT / "docs/openapi.yaml"
ERRORS = ROOT / "docs/errors.md"
METHODS = ("get", "post", "put", "delete", "options", "head", "patch", "trace")
TO_JSON = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"


def program(name: str) -> str:
    """A program of tests/requirements.txt."""
    return str(python_environment.program(name, print))


def load() -> dict:
    """The document; the standard library has no YAML."""
    result = subprocess.run([program("python"), "-c", TO_JSON], stdin=PATH.open("rb"), capture_output=True, check=True, timeout=60)
    return json.loads(result.stdout)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    def document(self) -> dict:
        return json.loads(self.body)


@dataclass
class AnswerExample:
    """An answer with the request that gives it."""

    status: int
    name: str
    request: str
    value: dict


def answer_examples(document: dict) -> list[AnswerExample]:
    """The examples of the shared responses; the status is the one under which operations refer to them."""
    found = []
    for name, response in document["components"]["responses"].items():
        status = next(status for _, _, operation in operations(document) for status, used in operation["responses"].items()
                      if used.get("$ref", "").endswith(f"/{name}"))
        for media_type in response["content"].values():
            for example, content in media_type.get("examples", {}).items():
                found.append(AnswerExample(int(status), example, content["x-request"], content["value"]))
    return found


def operations(document: dict) -> Iterator[tuple[str, str, dict]]:
    """Path, method, operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def error_ids(document: dict) -> dict[str, set[int]]:
    """The errors that the answers of operations may be, each with its status."""
    found: dict[str, set[int]] = {}
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            for word in re.findall(r'"err-ms-([a-z0-9.-]+)"', json.dumps(resolved(document, response))):
                found.setdefault(word, set()).add(int(status))
    return found


def catalogue() -> dict[str, int]:
    """Name and status of each error of docs/errors.md, which a test of its own compares with the program."""
    entries = re.findall(r"^## (\S+)\n\n(\d{3}) ", ERRORS.read_text(), re.MULTILINE)
    return {name: int(status) for name, status in entries}


def resolved(document: dict, node):
    """With what every $ref stands for; without examples and what is ruled out."""
    if isinstance(node, list):
        return [resolved(document, one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return resolved(document, target)
    return {key: resolved(document, value) for key, value in node.items() if key not in ("not", "examples")}


def send(url: str, request: str) -> Answer:
    """A request written out as in the document: Host and Content-Length are added where they are needed and missing."""
    head, _, body = request.partition("\n\n")
    body = body.removesuffix("\n")
    lines = head.rstrip("\n").split("\n")
    names = [line.partition(":")[0].lower() for line in lines[1:]]
    address = urllib.parse.urlsplit(url).netloc
    lines += [f"Host: {address}"] * ("host" not in names)
    lines += [f"Content-Length: {len(body.encode())}"] * (bool(body) and "content-length" not in names)
    name, port = address.split(":")
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        with http.client.HTTPResponse(connection, method=lines[0].split(" ")[0]) as response:
            response.begin()
            return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read())


def get(url: str, path: str, **headers: str) -> Answer:
    return send(url, "\n".join([f"GET {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]))
