"""The generator of random batches: what it writes is JSON, says what it claims to say, and leaves out no case."""

import json
import math
import random
import re
import unittest
from datetime import datetime, timezone
from decimal import Decimal, getcontext

from tests.e2e.random_batches import FORMS, TYPES, RandomBatches, Sample
from tests.e2e.random_batches_spelling import SECOND, Spelling

NOW = 1_795_256_135_348_123_457
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
REASONS = {"too_old", "invalid_timestamp", "missing_name", "invalid_name", "name_too_long", "missing_value", "invalid_value", "value_out_of_range",
           "unknown_type", "invalid_unit", "too_many_tags", "invalid_tag", "reserved_tag", "tag_key_too_long", "tag_value_too_long"}


def time_of(text: str) -> int:
    """By the contract's rules, in another way than the generator's."""
    getcontext().prec = 60
    if not text.startswith('"'):
        number = Decimal(text)
        unit = next(unit for limit, unit in ((5e9, SECOND), (5e12, 10**6), (5e15, 1000), (math.inf, 1)) if int(number) < limit)
        return int(number * unit)
    match = re.fullmatch(r"(.{10})[Tt ](.{8})(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", json.loads(text))
    whole = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[4].upper().replace('Z', '+00:00')}")
    return int((whole - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * SECOND + int(f"{match[3] or ''}000000000"[:9])


class Spellings(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(7)
        self.spelling = Spelling(self.random)

    def test_numbers_are_json_and_cover_the_whole_range(self):
        values = set()
        for _ in range(20_000):
            text = self.spelling.number()
            self.assertIsNotNone(NUMBER.fullmatch(text), text)
            values.add(float(text))
        self.assertTrue(all(map(math.isfinite, values)))
        for low, high in ((0, 2.3e-308), (1e-300, 1e-200), (1e-10, 1), (1, 1e10), (1e200, 1e300), (1e307, math.inf)):
            self.assertTrue(any(low < abs(value) < high for value in values), (low, high))

    def test_times_say_their_nanosecond_in_every_spelling(self):
        for _ in range(20_000):
            unit = self.random.choice([1, 1000, 10**6, SECOND])
            ns = (NOW + self.random.randrange(-10**13, 10**13)) // unit * unit
            text = self.spelling.time(ns)
            self.assertEqual(time_of(text), ns, text)

    def test_strings_and_containers_are_what_they_say(self):
        for _ in range(5000):
            text = "".join(chr(self.random.choice([0, 10, 34, 47, 92, 127, 255, 0x2028, 0xd7ff, 0xe000, 0xffff, 0x1f600, 0x10ffff])) for _ in range(5))
            self.assertEqual(json.loads(self.spelling.string(text)), text)
            members = {text: "[1]", "b": '"c"'}
            self.assertEqual(json.loads(self.spelling.object(members)), {text: [1], "b": "c"})
            self.assertEqual(json.loads(self.spelling.array(list(members.values()))), [[1], "c"])
            json.loads(self.spelling.anything(5))

    def test_lines_have_no_line_feed(self):
        spelling = Spelling(self.random, one_line=True)
        self.assertFalse(any("\n" in spelling.space() + spelling.anything(4) for _ in range(5000)))


class Batches(unittest.TestCase):
    def test_every_body_is_json_and_every_case_comes(self):
        batches = RandomBatches(3)
        made = [batches.make(NOW, host_is_id=number % 3 == 0) for number in range(2000)]
        for batch in made:
            documents = [batch.body] if batch.form != "ndjson" else [line for line in batch.body.split(b"\n") if line.strip()]
            for document in documents:
                json.loads(document)
        self.assertEqual({batch.form for batch in made}, set(FORMS))
        outcomes = [one for batch in made for one in batch.outcomes]
        self.assertEqual({one for one in outcomes if isinstance(one, str)}, REASONS)
        samples = [one for one in outcomes if isinstance(one, Sample)]
        self.assertGreater(len(samples), 5000)
        self.assertEqual({one.type for one in samples}, set(TYPES.values()))
        for sample in samples:
            self.assertTrue(math.isfinite(sample.value))
            self.assertLessEqual(len(sample.tags), 20)
            for text in (*sample.tags, *sample.tags.values()):
                self.assertFalse(text == "" or text.endswith("\\") or re.search(r"[\x00-\x1f\x7f]|\\[ ,=]", text), repr(text))
        self.assertTrue(any(batch.is_adjusted(one) for batch in made for one in batch.accepted.values()))
        self.assertEqual({batch.names_itself() for batch in made}, {True, False})

    def test_the_same_seed_gives_the_same_bodies(self):
        first, second, other = RandomBatches(5), RandomBatches(5), RandomBatches(6)
        self.assertEqual([first.make(NOW) for _ in range(50)], [second.make(NOW) for _ in range(50)])
        self.assertNotEqual(first.make(NOW).body, other.make(NOW).body)


if __name__ == "__main__":
    unittest.main()
