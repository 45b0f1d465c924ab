"""What schemathesis has to be told of the service besides docs/openapi.yaml. It loads this file itself, in build/venv.

A document cannot say all that the service demands, nor what it lets pass. Both differences are told here one by one, so that
every other one is a failure.
"""

import datetime
import gzip
import json
import math
import random
import time

import jsonschema
import schemathesis
import yaml
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

MINUTE = 60
MAX_AGE = 75 * MINUTE
SLACK = 5 * MINUTE  # of generated timestamps to the limit of age
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")
with open("docs/openapi.yaml", encoding="utf-8") as file:
    DOCUMENT = yaml.safe_load(file)


# Requests


@schemathesis.serializer("application/json", *NDJSON)
def serialize(context, value) -> bytes:
    """Compressed where the request says so."""
    is_lines = context.case.media_type in NDJSON and isinstance(value, str)
    body = value if isinstance(value, bytes) else value.encode() if is_lines else json.dumps(value).encode()
    encoding = str(context.case.headers.get("Content-Encoding", "")).lower()
    return gzip.compress(body, mtime=0) if encoding in ("gzip", "x-gzip") else body


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    """Timestamps that would be too old become those of now; texts that stand for lines become lines."""
    if isinstance(case.body, (dict, list)):
        case.body = _refreshed(case.body)
    elif case.media_type in NDJSON and isinstance(case.body, str) and case.body and not case.body.startswith('{"name"'):
        case.body = _lines(random.Random(case.body))


def _lines(generator: random.Random) -> str:
    samples = [{"name": generator.choice(["cpu", "mem.used"]), "value": generator.uniform(-1e9, 1e9)} for _ in range(generator.randint(1, 5))]
    return generator.choice(["\n", "\r\n", "\n\n"]).join(map(json.dumps, samples))


def _refreshed(node):
    if isinstance(node, list):
        return [_refreshed(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {key: _now_like(value) if key == "timestamp" and _is_old(value) else _refreshed(value) for key, value in node.items()}


def _is_old(value) -> bool:
    """Of a valid timestamp."""
    limit = time.time() - MAX_AGE + SLACK
    if isinstance(value, str):
        try:
            return datetime.datetime.fromisoformat(value).timestamp() < limit
        except (ValueError, OverflowError, OSError):
            return False
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 8e18:
        return False
    return value / _unit(value) < limit


def _unit(value: float) -> float:
    return 1 if value < 5e9 else 1e3 if value < 5e12 else 1e6 if value < 5e15 else 1e9


def _now_like(value):
    if isinstance(value, str):
        return datetime.datetime.now(datetime.timezone.utc).isoformat()
    return math.floor(time.time() * _unit(value)) + (value - math.floor(value) if value < 5e9 else 0)


# Differences between the document and the service


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """False for the differences that are meant."""
    if isinstance(failure, RejectedPositiveData):
        return not _breaks_unwritten_rule(case, response)
    if isinstance(failure, AcceptedNegativeData):
        return not _is_accepted_on_purpose(case, response)
    return True


def _breaks_unwritten_rule(case, response) -> bool:
    """Rules that a schema cannot say: sizes in bytes, of names put together and of tags put together."""
    if response.status_code != 422:
        return False
    text = json.dumps(case.body, ensure_ascii=False)
    errors = response.json()["errors"]
    reasons = {error["reason"] for error in errors} - {"adjusted_future"}
    allowed = {"too_many_tags"} | ({"name_too_long"} if '"fields"' in text else set())
    if not text.isascii():
        allowed |= {"tag_key_too_long", "tag_value_too_long", "invalid_unit"}
    return bool(reasons) and reasons <= allowed


def _is_accepted_on_purpose(case, response) -> bool:
    """Without strict what is wrong is left out and listed; and what is never looked at may be wrong."""
    if response.status_code != 202:
        return False
    is_strict = (case.query or {}).get("strict") in ("true", "1", "")
    return (not is_strict and response.json()["rejected"] > 0) or _is_valid(_looked_at(case.body))


def _looked_at(body):
    """Without what the service skips: hosts behind the first, the batch's timestamp where each sample has its own, tags
    without value, texts in fields."""
    if isinstance(body, list):
        return [_looked_at(one) for one in body]
    if not isinstance(body, dict):
        return body
    kept = dict(body)
    for name, is_hidden in (("serverId", "host_id" in kept), ("host", "host_id" in kept or "serverId" in kept)):
        if is_hidden:
            kept.pop(name, None)
    metrics = kept.get("metrics")
    if isinstance(metrics, list):
        kept["metrics"] = _looked_at(metrics)
        if all(isinstance(one, dict) and "timestamp" in one for one in metrics):
            kept.pop("timestamp", None)
    for name, is_skipped in (("tags", lambda value: value == ""), ("fields", lambda value: isinstance(value, str))):
        if isinstance(kept.get(name), dict):
            kept[name] = {key: value for key, value in kept[name].items() if not is_skipped(value)}
    return kept


def _is_valid(body) -> bool:
    schema = {"$ref": "#/components/schemas/Body", "components": DOCUMENT["components"]}
    return jsonschema.Draft202012Validator(schema).is_valid(body)
