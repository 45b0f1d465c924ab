"""Random bodies of every form that the contract knows, each with what must come of it.

The expectation is worked out here, from the contract's rules, beside the text: nothing is shared with the services. A sample has
one fault at most, since which of two is named is nobody's promise.
"""

import json
import random
from typing import Callable

from tests.e2e.random_batches_model import FORMS, MAX_AGE, MAX_FUTURE, MINUTE, RESERVED, REST, SLACK, START, TYPES, Batch, Draft, Outcome, Sample, name_fault
from tests.e2e.random_batches_spelling import SECOND, Spelling


class RandomBatches:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._spelling = Spelling(self._random)
        self._batch = Batch("batch")
        self._default_tags: dict[str, str] = {}
        self._default_time: int | None = None
        self._host_tag: str | None = None

    def make(self, now: int, host_is_id: bool = False) -> Batch:
        """`host_is_id`: the client is named by the body alone, so that what names its host has to be a client id."""
        form = self._random.choice(FORMS)
        self._spelling = Spelling(self._random, one_line=form == "ndjson")
        self._batch = Batch(form, made_at=now)
        self._default_tags, self._default_time, self._host_tag = {}, None, None
        text = {"batch": self._make_batch, "array": self._make_array, "single": self._make_single, "flat": self._make_flat, "ndjson": self._make_lines}[form](host_is_id)
        self._batch.body = text.encode()
        return self._batch

    # The forms

    def _make_batch(self, host_is_id: bool) -> str:
        members = self._unknown_members(6, any_kind=True)
        if self._random.random() < 0.05:
            members["name"] = self._spelling.string("of no meaning here")
        members |= self._root_members(host_is_id) | self._defaults()
        members["metrics"] = self._elements()
        return self._surrounded(self._spelling.object(members))

    def _make_array(self, _: bool) -> str:
        return self._surrounded(self._elements())

    def _make_single(self, host_is_id: bool) -> str:
        return self._surrounded(self._sample_object(self._root_members(host_is_id), is_root=True))

    def _make_lines(self, _: bool) -> str:
        lines = []
        for _ in range(1 + self._count()):
            lines += [""] * self._random.choice([0, 0, 0, 1]) + [self._element()]
        return self._random.choice(["\n", "\r\n"]).join(lines) + self._random.choice(["", "\n", "\r\n\r\n"])

    def _make_flat(self, host_is_id: bool) -> str:
        members = self._unknown_members(6, any_kind=False) | self._root_members(host_is_id, hosts=("host_id", "serverId", "host")) | self._defaults()
        samples: dict[str, Outcome] = {}
        for _ in range(self._random.randrange(8)):
            name = self._name(20)
            if self._random.random() < 0.05:
                name = self._random.choice(["a b", "", "9", "#a", "n" * 129])
            if name in ("name", "metrics", "host", "timestamp", "tags", "batch_id") or name in members:
                continue
            members[name], value = self._value_or_too_large()
            samples[name] = self._flat_outcome(name, value)
        text = self._spelling.object(members)
        # Indexes follow the text's order, in which the names have to be found again.
        self._batch.outcomes += [samples[name] for name in self._names_in_order(text) if name in samples]
        return self._surrounded(text)

    def _flat_outcome(self, name: str, value: float | str) -> Outcome:
        if isinstance(value, str):
            return value
        fault = name_fault(name)
        return fault or Sample(name, value, "gauge", "", self._merged({}), self._default_time)

    @staticmethod
    def _names_in_order(text: str) -> list[str]:
        return [name for name, _ in json.JSONDecoder(object_pairs_hook=list, parse_float=str, parse_int=str).decode(text)]

    def _surrounded(self, text: str) -> str:
        return self._spelling.space() + text + self._spelling.space()

    # Members of the root

    def _root_members(self, host_is_id: bool, hosts: tuple[str, ...] = ("host_id", "serverId")) -> dict[str, str]:
        members = {}
        for name in self._random.sample(hosts, self._random.choice([0, 0, 1, 1, len(hosts)])):
            host = self._random.choice(["web-1", "db.2", "h:3"]) if host_is_id else self._text(60)
            members[name] = (self._spelling.string(host), host)
        for name in ("host", "serverId", "host_id"):  # the later wins
            if name in members:
                self._host_tag = members[name][1]
                self._batch.host = self._host_tag if name != "host" else self._batch.host
        texts = {name: text for name, (text, _) in members.items()}
        if self._random.random() < 0.2:
            self._batch.batch_id = "".join(self._random.choices("".join(map(chr, range(0x20, 0x7f))), k=self._random.choice([1, 8, 128])))
            texts["batch_id"] = self._spelling.string(self._batch.batch_id)
        return texts

    def _defaults(self) -> dict[str, str]:
        members = {}
        if self._random.random() < 0.4:
            members["tags"], self._default_tags = self._tags(5)
        if self._random.random() < 0.4:
            self._default_time = self._time()
            members["timestamp"] = self._spelling.time(self._default_time)
        return members

    def _unknown_members(self, depth: int, any_kind: bool) -> dict[str, str]:
        """`any_kind`: numbers too. Names that no body knows."""
        names = self._random.sample(["x", "Name", "NAME", "", "\u0000", "naïve", "metric", "values"], self._random.choice([0, 0, 0, 1, 3]))
        texts = (self._spelling.anything(self._random.randrange(depth + 1), numbers=any_kind) for _ in names)
        return dict(zip(names, texts))

    # Samples

    def _count(self) -> int:
        return self._random.choice([0, 1, 2, 5, 10, 20])

    def _elements(self) -> str:
        return self._spelling.array([self._element() for _ in range(self._count())])

    def _element(self) -> str:
        if self._random.random() < 0.03:
            self._batch.outcomes.append("missing_name")
            return self._random.choice(["null", "5", "true", '"text"', "[]", '[{"name":"a","value":1}]'])
        return self._sample_object({})

    def _sample_object(self, members: dict[str, str], is_root: bool = False) -> str:
        draft = Draft(members | self._unknown_members(4, any_kind=True), Sample(self._name(), 0.0, "gauge", "", {}, self._default_time), [])
        draft.members["name"] = self._spelling.string(draft.sample.name)
        self._add_kind(draft)
        if self._random.random() < 0.7:
            draft.members["tags"], draft.sample.tags = self._tags(10)
        if self._random.random() < 0.7:
            draft.sample.time = self._time()
            draft.members["timestamp"] = self._spelling.time(draft.sample.time)
        if self._random.random() < 0.08:
            self._spoil(draft, is_root)
        else:
            self._add_values(draft)
        self._batch.outcomes += self._outcomes(draft)
        return self._spelling.object(draft.members)

    def _outcomes(self, draft: Draft) -> list[Outcome]:
        if draft.fault:
            return [draft.fault]
        found: list[Outcome] = []
        for name, value in draft.values:
            full = draft.sample.name if name in (None, "value") else f"{draft.sample.name}_{name}"
            found.append(value if isinstance(value, str) else name_fault(full)
                         or Sample(full, value, draft.sample.type, draft.sample.unit, self._merged(draft.sample.tags), draft.sample.time))
        return found or ["missing_value"]

    def _merged(self, own: dict[str, str]) -> dict[str, str]:
        host = {"host": self._host_tag} if self._host_tag else {}
        return {**host, **self._default_tags, **own}

    def _add_kind(self, draft: Draft) -> None:
        if self._random.random() < 0.4:
            spelled = self._random.choice(list(TYPES))
            draft.sample.type = TYPES[spelled]
            draft.members["type"] = self._spelling.string(spelled)
        if self._random.random() < 0.3:
            draft.sample.unit = self._random.choice([lambda: "", lambda: "ms", lambda: self._text(64)])()
            draft.members["unit"] = self._spelling.string(draft.sample.unit)

    def _add_values(self, draft: Draft) -> None:
        has_fields = self._random.random() < 0.2
        if not has_fields or self._random.random() < 0.3:
            draft.members["value"], value = self._value_or_too_large()
            draft.values.append((None, value))
        if has_fields:
            draft.members["fields"] = self._fields(draft.values)

    def _fields(self, values: list[tuple[str | None, float | str]]) -> str:
        pairs = []
        for name in self._random.sample(["value", "user", "idle", "io.wait", "1", "a b", "x" * 120], self._random.randrange(6)):
            text, value = self._random.choice([self._value_or_too_large, self._value_or_too_large, self._other_field])()
            pairs.append(f"{self._spelling.space()}{self._spelling.string(name)}:{text}{self._spelling.space()}")
            if value is not None:
                values.append((name, value))
        return "{" + ",".join(pairs) + "}"

    def _other_field(self) -> tuple[str, float | str | None]:
        """None: no sample comes of it."""
        return self._random.choice([("true", 1.0), ("false", 0.0), ('"text"', None), ('""', None), ("null", "invalid_value"), ('{"a":[1]}', "invalid_value")])

    def _value_or_too_large(self) -> tuple[str, float | str]:
        if self._random.random() < 0.02:
            return self._random.choice(["1e309", "-1e999", "1.7976931348623159e308", "9" * 400, "1e2147483647"]), "value_out_of_range"
        text = self._spelling.number()
        return text, float(text)

    def _spoil(self, draft: Draft, is_root: bool) -> None:
        draft.members["value"] = self._spelling.number()
        members, string = draft.members, self._spelling.string

        def put(name: str, choices: list[str]) -> Callable[[], None]:
            return lambda: members.__setitem__(name, self._random.choice(choices))

        def tag(key: str, value: str) -> str:
            return self._spelling.object({key: value, "zone": string("eu")})

        faults: dict[str, Callable[[], object]] = {
            "missing_value": lambda: members.pop("value"),
            "invalid_value": put("value", ['"1"', "true", "null", "[]", '{"value":1}']),
            "invalid_name": put("name", ['""', '"a b"', '"#a"', '"9a"', '"\\u0000"', '"caf\u00e9"', "5", "null", "[]"]),
            "name_too_long": put("name", [string("n" * 129), f'"{"n" * 5000}"']),
            "unknown_type": put("type", ['"Gauge"', '""', "null", "1", "{}"]),
            "invalid_unit": put("unit", ["1", "null", '"\\n"', '"\\u007f"', string("u" * 65), string("u\\")]),
            "invalid_tag": put("tags", ["null", "[]", '"text"', tag("k", "1"), tag("k", "null"), tag("k", string("\u0001")), tag("k", string("v\\")),
                                        tag("k", string("a\\ b")), tag("k\\=", string("v")), tag("", string("v")), tag("k\u007f", string("v"))]),
            "reserved_tag": put("tags", [tag(key, string("v")) for key in RESERVED]),
            "tag_key_too_long": put("tags", [tag("k" * 65, string("v")), tag("\u00e9" * 33, string("v"))]),
            "tag_value_too_long": put("tags", [tag("k", string("v" * 257)), tag("k", string("\U0001f600" * 65))]),
            "too_many_tags": put("tags", [self._spelling.object({f"k{i}": string("v") for i in range(21)})]),
            "invalid_timestamp": put("timestamp", ['"now"', "null", "true", "[]", '"2025-01-16T04:00:00"', '"1737000000"', "1e40", "8000000000000000001"]),
            "too_old": put("timestamp", ["0", "1e9", "-5", self._spelling.time(self._batch.made_at - MAX_AGE - SLACK)]),
        }
        if not is_root:  # there it would be another form
            faults["missing_name"] = lambda: members.pop("name")
        draft.fault = self._random.choice(list(faults))
        faults[draft.fault]()

    # Parts

    def _name(self, longest: int = 128) -> str:
        length = min(longest, self._random.choice([1, 2, 5, 10, 20, 127, 128]))
        return self._random.choice(["cpu.usage", "mem:used/x-y", ""]) or self._random.choice(START) + "".join(self._random.choices(REST, k=length - 1))

    def _time(self) -> int:
        """Of any resolution, from an hour ago to a day ahead; nothing within SLACK of the limits."""
        if self._random.random() < 0.1:
            offset = self._random.randrange(MAX_FUTURE + SLACK, 24 * 60 * MINUTE)
        else:
            offset = -self._random.randrange(MAX_AGE - SLACK)
        unit = self._random.choice([1, 1000, 10**6, SECOND])
        return (self._batch.made_at + offset) // unit * unit

    def _tags(self, most: int) -> tuple[str, dict[str, str]]:
        tags = {self._tag_key(): self._random.choice([lambda: "", lambda: "web-1", lambda: self._text(256), lambda: self._text(256)])() for _ in range(self._random.randrange(most + 1))}
        return self._spelling.object({key: self._spelling.string(value) for key, value in tags.items()}), {key: value for key, value in tags.items() if value}

    def _tag_key(self) -> str:
        key = self._random.choice(["host", "core", "zone", ""]) or self._text(63)
        return "x" + key if key.startswith("_") or key in RESERVED or (key[0] == "p" and key[1:].isdigit()) else key

    def _text(self, most: int) -> str:
        """What a tag may hold: 1 to `most` bytes of any characters but the control bytes, no backslash where InfluxDB misreads it."""
        ranges = [(0x20, 0x7e), (0x20, 0x7e), (0x80, 0x7ff), (0x800, 0xd7ff), (0xe000, 0xffff), (0x10000, 0x10ffff)]
        length = self._random.choice([1, 3, 3, 8, 8, 8, 20, most])
        text = "".join(chr(self._random.randint(*self._random.choice(ranges))) for _ in range(length))
        text = text.encode()[:most].decode(errors="ignore")
        for misread in (" ", ",", "="):
            text = text.replace("\\" + misread, "/" + misread)
        return text.rstrip("\\") or "x"
