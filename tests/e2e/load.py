"""Many clients over a few connections at once, with repetitions that nobody asked for."""

import random
import threading
import time

from stack.expected import SECOND

from tests.e2e.batches import Client, now_ns
from tests.e2e.oracle import Ledger
from tests.e2e.sender import Sender, check_answer


class Load:
    """Many clients over a few connections, for `batches` batches each, spread over `seconds`."""

    def __init__(self, url: str, clients: int, connections: int, batches: int, batch_size: int, seconds: float, seed: int, oldest: float) -> None:
        self.clients = [Client(number, seed, batch_size, oldest) for number in range(clients)]
        self.accepted = 0  # samples over all 202 answers
        self.sent = 0
        self.failed_attempts = 0
        self.repeats = 0
        self._url, self._connections, self._batches, self._seconds, self._seed = url, connections, batches, seconds, seed
        self._lock = threading.Lock()
        self._errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    def start(self) -> None:
        for number in range(self._connections):
            thread = threading.Thread(target=self._run, args=(self.clients[number::self._connections], number), daemon=True)
            thread.start()
            self._threads.append(thread)

    def is_alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def failure(self) -> str | None:
        """What went wrong in a client: waiting for more has no point then."""
        return f"a client failed: {self._errors[0]}" if self._errors else None

    def stop(self) -> None:
        """No new batches; those under way are brought to their end."""
        self._stop.set()

    def join(self) -> Ledger:
        """Waits for the end and gives what must come out. Raises what went wrong in a client."""
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        ledger = Ledger()
        for client in self.clients:
            ledger.merge(client.ledger)
        return ledger

    def _run(self, clients: list[Client], number: int) -> None:
        sender, choice = Sender(self._url), random.Random(self._seed * 77 + number)
        started = time.monotonic()
        try:
            for round_ in range(self._batches):
                for position, client in enumerate(clients):
                    due = started + self._seconds * (round_ + position / len(clients)) / self._batches
                    if self._stop.wait(max(0.0, due - time.monotonic())):
                        return
                    self._one(client, sender, choice)
        except BaseException as error:  # noqa: BLE001: handed to join()
            self._errors.append(error)
        finally:
            self.failed_attempts += sender.failed_attempts
            sender.close()

    def _one(self, client: Client, sender: Sender, choice: random.Random) -> None:
        before = client.last
        batch = client.next_batch()
        answer, attempts = sender.send(client.id, batch)
        check_answer(batch, answer)
        client.answered(batch, attempts)
        answers = [answer["accepted"]]
        # The client did not see the answer, or a proxy repeats: the same request again, also behind a later one.
        recent = now_ns() - 3 * SECOND  # an older one may hold samples that are too old by now
        for again in [one for one in (batch, before) if one and one.made_at > recent and choice.random() < 0.05]:
            repeated, _ = sender.send(client.id, again)
            check_answer(again, repeated)
            answers.append(repeated["accepted"])
        with self._lock:
            self.sent += batch.samples
            self.accepted += sum(answers)
            self.repeats += len(answers) - 1
