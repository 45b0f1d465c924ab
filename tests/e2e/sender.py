"""One client's connection to the ingest service, and what every answer must say."""

import http.client
import json
import time
import urllib.parse

from tests.e2e.batches import Batch


class Sender:
    """One connection that brings batches to the ingest service, again and again until they are answered 202."""

    def __init__(self, url: str, patience: float = 90) -> None:
        self._address = urllib.parse.urlsplit(url).netloc
        self._connection: http.client.HTTPConnection | None = None
        self._patience = patience
        self.failed_attempts = 0

    def send(self, client: str, batch: Batch) -> tuple[dict, int]:
        """The answer to the batch, and how often it was sent."""
        deadline, attempts = time.monotonic() + self._patience, 0
        while True:
            attempts += 1
            try:
                return self._attempt(client, batch), attempts
            except (OSError, http.client.HTTPException) as error:
                self.failed_attempts += 1
                self.close()
                if time.monotonic() > deadline:
                    raise AssertionError(f"{batch.key} was not answered 202 within {self._patience} s: {error!r}") from error
                time.sleep(0.02)  # a client's pause between two attempts

    def _attempt(self, client: str, batch: Batch) -> dict:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=30)
        headers = {"Content-Type": "application/json", "X-Client-Id": client, "Idempotency-Key": batch.key}
        self._connection.request("POST", "/metrics", batch.body, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status in (429, 503):
            raise http.client.HTTPException(f"{answer.status}")
        if answer.status != 202:
            raise AssertionError(f"{batch.key}: {answer.status} {body[:300]!r}")
        return json.loads(body)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def check_answer(batch: Batch, answer: dict) -> None:
    counts = {name: answer[name] for name in ("received", "accepted", "rejected", "adjusted")}
    expected = {"received": batch.samples, "accepted": batch.accepted, "rejected": batch.rejected, "adjusted": batch.adjusted}
    assert counts == expected, f"{batch.key}: answered {counts}, expected {expected}: {answer['errors'][:5]}"
    assert answer["idempotent"] is True, answer
    reasons = {error["index"]: error["reason"] for error in answer["errors"]}
    assert reasons == batch.errors, f"{batch.key}: answered {reasons}, expected {batch.errors}"
