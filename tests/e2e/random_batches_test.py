"""Random batches of every form through the real ingest service into a real Kafka, and read back bit-equal.

RANDOM_BATCHES_SEED chooses other batches than those of the gate.
"""

import gzip
import http.client
import itertools
import json
import os
import random
import shutil
import time
import unittest
import urllib.parse
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass

from stack.paths import BUILD
from stack.pipeline import Pipeline
from stack.services import admin

from tests.e2e.random_batches import RandomBatches
from tests.e2e.random_batches_model import MAX_AGE, Batch, Sample

SEED = int(os.environ.get("RANDOM_BATCHES_SEED", "20250116"))
BODIES, CLIENTS = 1000, 30
CONTENT_TYPES = ["application/json", "application/json; charset=utf-8", "Application/JSON"]
NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl; charset=UTF-8"]


@dataclass
class Sent:
    """A request and its answer."""

    batch: Batch
    request_id: str
    traceparent: str | None
    client: str
    key: str | None  # the client's, by header or body
    is_malformed: bool
    began: int
    ended: int
    status: int
    answer: dict

    @property
    def is_stored(self) -> bool:
        return bool(self.batch.accepted) and not self.is_malformed


class Sender:
    """One connection; what a request says besides its body is chosen at random."""

    def __init__(self, url: str, generator: random.Random) -> None:
        self._random = generator
        self._connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)

    def send(self, batch: Batch, number: int, client: str | None) -> Sent:
        headers, key = {"X-Request-Id": f"random-{SEED}-{number}"}, batch.batch_id
        if client:
            headers["X-Client-Id"] = client
        if batch.form == "ndjson" or self._random.random() < 0.8:
            headers["Content-Type"] = self._random.choice(NDJSON_TYPES if batch.form == "ndjson" else CONTENT_TYPES)
        if self._random.random() < 0.2:
            headers["Idempotency-Key"] = key = f"key {number} \\\"~"
        if self._random.random() < 0.2:
            headers["traceparent"] = f"00-{self._random.getrandbits(127) + 1:032x}-{self._random.getrandbits(63) + 1:016x}-01"
        body, is_malformed = batch.body, False
        if self._random.random() < 0.05:
            body, is_malformed = self._spoiled(body), True
        if self._random.random() < 0.25:
            headers["Content-Encoding"] = self._random.choice(["gzip", "GZIP", "x-gzip"])
            body = gzip.compress(body, self._random.randrange(10))
        began = time.time_ns()
        status, answer = self._post(body, headers)
        return Sent(batch, headers["X-Request-Id"], headers.get("traceparent"), client or batch.host or "anonymous", key, is_malformed, began,
                    time.time_ns(), status, answer)

    def close(self) -> None:
        self._connection.close()

    @staticmethod
    def _spoiled(body: bytes) -> bytes:
        return body.rstrip() + b"]" if body.strip() else b"{"

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict]:
        is_chunked = self._random.random() < 0.3
        pieces = (body[at:at + 700] for at in range(0, len(body), 700)) if is_chunked else body
        self._connection.request("POST", self._random.choice(["/metrics", "/api/v1/metrics"]), pieces, headers, encode_chunked=is_chunked)
        with self._connection.getresponse() as response:
            return response.status, json.load(response)


class RandomBatchesTest(unittest.TestCase):
    """Kafka and ingest only: nothing reads the log but `metricstream-admin tail`."""

    sent: list[Sent]
    stored: dict[str, list[dict]]

    @classmethod
    def setUpClass(cls):
        print(f"RANDOM_BATCHES_SEED={SEED}")
        directory = BUILD / "e2e" / cls.__name__
        shutil.rmtree(directory, ignore_errors=True)
        pipeline = Pipeline(directory, with_parent=True)
        cls.addClassCleanup(pipeline.stop)
        pipeline.kafka.start()
        configuration = pipeline.aggregator.write_configuration()
        admin(["setup", "kafka"], configuration)
        pipeline.ingest.start()
        cls.sent = cls._send_all(pipeline.ingest_url)
        cls.stored = defaultdict(list)
        for line in admin(["tail", "--json", "--from-beginning", "--exit-at-end"], configuration).split("\n"):
            if line:
                sample = json.loads(line)
                cls.stored[sample["request_id"]].append(sample)

    @staticmethod
    def _send_all(url: str) -> list[Sent]:
        generator = random.Random(SEED)
        batches, sender = RandomBatches(SEED), Sender(url, generator)
        clients = itertools.cycle([*(f"client-{number}" for number in range(CLIENTS)), None])  # None: the body names it
        with closing(sender):
            return [sender.send(batches.make(time.time_ns(), host_is_id=client is None), number, client)
                    for number, client in zip(range(BODIES), clients)]

    def _check_each(self, check, wanted) -> None:
        """`check` of every request that is wanted, of which there have to be some."""
        chosen = [one for one in self.sent if wanted(one)]
        self.assertGreater(len(chosen), 0, f"seed {SEED}")
        for one in chosen:
            with self.subTest(seed=SEED, request=one.request_id, body=one.batch.body[:2000]):
                check(one)

    def test_answers_account_for_every_sample_with_its_reason(self):
        def check(one: Sent):
            self.assertEqual(one.status, 202, one.answer)
            batch, answer = one.batch, one.answer
            rejected = len(batch.outcomes) - len(batch.accepted)
            adjusted = sum(map(batch.is_adjusted, batch.accepted.values()))
            self.assertEqual([answer[name] for name in ("received", "accepted", "rejected", "adjusted")],
                             [len(batch.outcomes), len(batch.accepted), rejected, adjusted], answer)
            self.assertEqual([(error["index"], error["reason"]) for error in answer["errors"]], batch.listed())
            self.assertEqual(answer["idempotent"], one.key is not None or batch.names_itself())
            if one.key is not None:
                self.assertEqual(answer["batch_id"], one.key)

        self._check_each(check, lambda one: one.is_stored)

    def test_batches_without_a_valid_sample_are_422_and_leave_nothing(self):
        def check(one: Sent):
            self.assertEqual(one.status, 422, one.answer)
            self.assertEqual([(error["index"], error["reason"]) for error in one.answer["errors"]], one.batch.listed())
            self.assertNotIn(one.request_id, self.stored)

        self._check_each(check, lambda one: not one.is_malformed and not one.batch.accepted)

    def test_bodies_that_are_not_json_are_400_and_leave_nothing(self):
        def check(one: Sent):
            self.assertEqual(one.status, 400, one.answer)
            self.assertIn("position", one.answer)
            self.assertNotIn(one.request_id, self.stored)

        self._check_each(check, lambda one: one.is_malformed)

    def test_the_log_holds_each_accepted_sample_bit_equal_and_no_other(self):
        def check(one: Sent):
            self.assertEqual([self._found(line) for line in self.stored[one.request_id]],
                             [self._expected(index, sample, one) for index, sample in one.batch.accepted.items()])

        self._check_each(check, lambda one: one.is_stored)
        count = sum(len(one.batch.accepted) for one in self.sent if one.is_stored)
        self.assertGreater(count, 3000)
        self.assertEqual(sum(map(len, self.stored.values())), count)

    def test_the_log_holds_what_was_said_of_each_batch(self):
        def check(one: Sent):
            for line in self.stored[one.request_id]:
                self.assertEqual((line["client_id"], line["traceparent"], line["batch_id"]), (one.client, one.traceparent, one.answer["batch_id"]))
                self.assertEqual((line["max_age_ns"], line["partitions"], line["schema_version"], line["attributes"]), (MAX_AGE, 12, 1, {}))
                self.assertTrue(one.began <= line["accepted_at_ns"] <= one.ended)
                if one.answer["idempotent"]:
                    self.assertEqual(line["batch_key"]["client_key"], one.key or "")
                    self.assertIn(line["batch_id"], (one.key, line["batch_key"]["body_hash"]))
                else:
                    self.assertIsNone(line["batch_key"])

        self._check_each(check, lambda one: one.is_stored)

    @staticmethod
    def _found(line: dict) -> tuple:
        time_ = line["timestamp_ns"] - (0 if line["placement"] == "own" else line["accepted_at_ns"])
        return (line["index"], line["name"], float(line["value"]).hex(), line["type"], line.get("unit", ""), line["tags"], line["placement"],
                line.get("original_timestamp_ns"), time_)

    @staticmethod
    def _expected(index: int, sample: Sample, one: Sent) -> tuple:
        """Placed by the server: at its time of acceptance plus the index."""
        is_adjusted = one.batch.is_adjusted(sample)
        placement = "adjusted" if is_adjusted else "arrival" if sample.time is None else "own"
        return (index, sample.name, sample.value.hex(), sample.type, sample.unit, sample.tags, placement, sample.time if is_adjusted else None,
                sample.time if placement == "own" else index)


if __name__ == "__main__":
    unittest.main()
