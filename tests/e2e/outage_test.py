"""Kafka away for a minute under load: every request is answered in time, and nothing that was acknowledged is missing."""

import http.client
import json
import os
import shutil
import threading
import time
import unittest
import urllib.parse
from dataclasses import dataclass

from stack.paths import BUILD
from stack.pipeline import Pipeline
from stack.services import UNLIMITED, admin
from stack.waiting import wait_until

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "60"))
CLIENTS = 24
ACKNOWLEDGE_SECONDS = 10  # http.timeouts.acknowledge, the default
PAUSE_SECONDS = 0.05  # of a client that was told to come back later; a polite one would wait longer


@dataclass
class Answer:
    status: int
    at: float  # when the request was sent
    seconds: float
    retry_after: str | None
    error: str


class Client(threading.Thread):
    """Sends one batch after the other, each with a value of its own, and writes down every answer."""

    def __init__(self, url: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.answers: list[Answer] = []
        self.acknowledged: set[int] = set()
        self.failure: BaseException | None = None
        self._address = urllib.parse.urlsplit(url).netloc
        self._number, self._ended = number, stop

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        value = self._number
        try:
            while not self._ended.is_set():
                value += CLIENTS
                answer = self._send(connection, value)
                self.answers.append(answer)
                if answer.status == 202:
                    self.acknowledged.add(value)
                self._ended.wait(PAUSE_SECONDS if answer.status == 503 else 0.01)
        except BaseException as failure:  # noqa: BLE001: told by the test's thread
            self.failure = failure
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, value: int) -> Answer:
        body = json.dumps({"name": "outage.value", "value": value, "tags": {"padding": "x" * 200}})
        headers = {"Content-Type": "application/json", "X-Client-Id": f"outage-{self._number}", "Idempotency-Key": f"k{value}"}
        at = time.monotonic()
        connection.request("POST", "/metrics", body, headers)
        response = connection.getresponse()
        document = json.loads(response.read())
        return Answer(response.status, at, time.monotonic() - at, response.getheader("Retry-After"), document.get("error_id", ""))


class Outage(unittest.TestCase):
    def setUp(self):
        directory = BUILD / "e2e" / "Outage"
        shutil.rmtree(directory, ignore_errors=True)
        self.pipeline = Pipeline(directory, with_parent=True, ingest={**UNLIMITED, "http.threads": "1"})
        self.addCleanup(self.pipeline.stop)
        self.pipeline.kafka.start()
        admin(["setup", "kafka"], self.pipeline.aggregator.write_configuration())
        self.pipeline.ingest.start()
        self.stop = threading.Event()
        self.clients = [Client(self.pipeline.ingest_url, number, self.stop) for number in range(CLIENTS)]
        self.addCleanup(self.stop.set)

    def answers(self) -> list[Answer]:
        return [answer for client in self.clients for answer in list(client.answers)]

    def failure(self) -> str | None:
        return next((f"a client failed: {client.failure!r}" for client in self.clients if client.failure), None)

    def acknowledged_since(self, moment: float) -> int:
        return sum(answer.status == 202 and answer.at >= moment for answer in self.answers())

    def test_nothing_acknowledged_is_missing_after_an_outage(self):
        for client in self.clients:
            client.start()
        start = time.monotonic()
        wait_until(lambda: self.acknowledged_since(start) > 50 * CLIENTS, 60, "the load does not get going", self.failure)
        resident_before = self.pipeline.ingest.process.resource_use()["resident_mib"]

        self.pipeline.kafka.process.kill()
        gone = time.monotonic()
        wait_until(lambda: time.monotonic() - gone >= OUTAGE_SECONDS, OUTAGE_SECONDS + 30, "the outage does not end", self.failure, interval=0.5)
        resident_during = self.pipeline.ingest.process.resource_use()["resident_mib"]
        is_ready_during = self.pipeline.ingest.is_ready()
        back = time.monotonic()
        self.pipeline.kafka.start()
        served = time.monotonic()
        wait_until(lambda: self.acknowledged_since(served) > 50 * CLIENTS, 60, "202s do not come back", self.failure)
        first = min(answer.at + answer.seconds for answer in self.answers() if answer.status == 202 and answer.at + answer.seconds > back)
        self.stop.set()
        for client in self.clients:
            client.join(60)
        self.assertIsNone(self.failure())

        # A broker that was killed may have stored what it could not answer any more: those requests are among the refused.
        during = [answer for answer in self.answers() if gone + 1 < answer.at < back]
        self.assertGreater(len(during), CLIENTS, "the load stood still during the outage")
        self.assertEqual({answer.status for answer in during}, {503})
        self.assertTrue(all(answer.retry_after and answer.retry_after.isdigit() for answer in during), during[:3])
        longest = max(answer.seconds for answer in self.answers())
        self.assertLess(longest, ACKNOWLEDGE_SECONDS + 2, "a request was not answered in its time")
        self.assertEqual({answer.status for answer in self.answers()}, {202, 503})
        self.assertTrue(is_ready_during, "a replica that leaves the balancer can answer nobody")
        missing = set().union(*(client.acknowledged for client in self.clients)) - self._stored()
        self.assertEqual(missing, set(), "acknowledged, and not in the log")
        print(f"outage of {OUTAGE_SECONDS:g} s: {len(during)} requests refused, longest answer {longest:.1f} s, first 202 {first - back:.1f} s after "
              f"Kafka was started again (which took {served - back:.1f} s), resident {resident_before:.0f} -> {resident_during:.0f} MiB")

    def _stored(self) -> set[int]:
        lines = admin(["tail", "--json", "--from-beginning", "--exit-at-end"], self.pipeline.aggregator.configuration, timeout=60)
        return {int(json.loads(line)["value"]) for line in lines.splitlines()}


if __name__ == "__main__":
    unittest.main()
