"""What a random body is, and what the contract says of its samples."""

from dataclasses import dataclass, field

from tests.e2e.random_batches_spelling import SECOND

MINUTE = 60 * SECOND
MAX_AGE, MAX_FUTURE = 75 * MINUTE, MINUTE  # what config/ingest.yaml ships
SLACK = 2 * MINUTE  # kept away from both, for the time that the test takes

START = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
REST = START + "0123456789.:/-"
TYPES = {"gauge": "gauge", "counter": "counter", "histogram": "histogram", "timer": "histogram", "distribution": "histogram", "summary": "histogram"}
RESERVED = ["client_id", "time", "_", "_field", "value", "count", "sum", "min", "max", "avg", "first", "last", "stddev", "increase", "p5", "p95"]
FORMS = ["batch", "batch", "array", "single", "flat", "ndjson"]


@dataclass
class Sample:
    name: str
    value: float
    type: str
    unit: str
    tags: dict[str, str]
    time: int | None  # the client's, in ns; None: the server's

    def is_reading(self) -> bool:
        return self.type != "histogram" and self.time is not None


Outcome = Sample | str  # a string: the reason why it is refused


@dataclass
class Batch:
    form: str
    body: bytes = b""
    host: str | None = None  # what host_id or serverId say
    batch_id: str | None = None
    made_at: int = 0
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def accepted(self) -> dict[int, Sample]:
        return {index: one for index, one in enumerate(self.outcomes) if isinstance(one, Sample)}

    def is_adjusted(self, sample: Sample) -> bool:
        return sample.time is not None and sample.time > self.made_at + MAX_FUTURE

    def listed(self) -> list[tuple[int, str]]:
        """Indexes and reasons as the answer lists them."""
        reasons = ((index, one if isinstance(one, str) else "adjusted_future" if self.is_adjusted(one) else None) for index, one in enumerate(self.outcomes))
        return [(index, reason) for index, reason in reasons if reason][:100]

    def names_itself(self) -> bool:
        """Without a key its hash alone may name it."""
        return all(one.is_reading() for one in self.accepted.values())


@dataclass
class Draft:
    """One sample object under way."""

    members: dict[str, str]  # JSON texts
    sample: Sample
    values: list[tuple[str | None, float | str]]  # field, then value or reason; field None: the sample's own value
    fault: str | None = None


def name_fault(name: str) -> str | None:
    if len(name.encode()) > 128:
        return "name_too_long"
    return None if name and name[0] in START and all(one in REST for one in name) else "invalid_name"
