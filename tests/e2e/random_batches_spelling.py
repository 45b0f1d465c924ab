"""JSON written in every way that its grammar allows: white space, escapes, spellings of numbers and of times."""

import random
import re
import struct
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from math import isfinite

SECOND = 10**9
SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
MUST_ESCAPE = re.compile(r'["\\\x00-\x1f]')
EDGES = ["0", "-0", "0.0", "-0e5", "5e-324", "-4.9406564584124654e-324", "1.7976931348623157e308", "2.2250738585072011e-308",
         "2.2250738585072014E-308", "9007199254740993", "1e-400", "-1e-400", "0.1e-2147483647", "1E22", "1e23", "18446744073709551615",
         "1.00000000000000011102230246251565404236316680908203125", "1.00000000000000011102230246251565404236316680908203126"]


class Spelling:
    """`one_line`: no line feed between tokens, for NDJSON."""

    def __init__(self, generator: random.Random, one_line: bool = False) -> None:
        self._random = generator
        self._blanks = " \t\r" if one_line else " \t\r\n"

    def space(self) -> str:
        return "".join(self._random.choices(self._blanks, k=self._random.choice([0, 0, 0, 0, 0, 1, 1, 3])))

    def string(self, text: str) -> str:
        escaping = self._random.choice([0.0, 0.0, 0.0, 0.1, 1.0])
        if not escaping and not MUST_ESCAPE.search(text):
            return f'"{text}"'
        return '"' + "".join(self._character(one, self._random.random() < escaping) for one in text) + '"'

    def _character(self, one: str, escape: bool) -> str:
        must = MUST_ESCAPE.match(one)
        if one in SHORT_ESCAPES and (must or escape) and self._random.random() < 0.7:
            return SHORT_ESCAPES[one]
        if not must and not escape:
            return one
        units = struct.unpack(f">{len(one.encode('utf-16-be')) // 2}H", one.encode("utf-16-be"))
        digits = self._random.choice(["{:04x}", "{:04X}"])
        return "".join("\\u" + digits.format(unit) for unit in units)

    def object(self, members: dict[str, str]) -> str:
        """Members, already JSON, in any order."""
        pairs = self._random.sample(list(members.items()), len(members))
        return "{" + ",".join(f"{self.space()}{self.string(key)}{self.space()}:{self.space()}{value}{self.space()}" for key, value in pairs) + "}"

    def array(self, elements: list[str]) -> str:
        return "[" + (",".join(f"{self.space()}{one}{self.space()}" for one in elements) or self.space()) + "]"

    def number(self) -> str:
        """Any finite double; float() of the text says which."""
        while True:
            text = self._random.choice([self._by_bits, self._by_bits, self._integer, self._decimal, self._plain, self._edge])()
            if isfinite(float(text)):
                return text

    def _by_bits(self) -> str:
        (value,) = struct.unpack("<d", self._random.randbytes(8))
        if not isfinite(value):
            return "1"
        choice = self._random.random()
        if choice < 0.05:
            return str(Decimal(value))  # all of its digits, up to a thousand
        return repr(value) if choice < 0.5 else f"{value:.16e}" if choice < 0.75 else f"{value:.{self._random.randrange(17, 40)}E}"

    def _integer(self) -> str:
        return self._random.choice(["", "-"]) + str(self._random.randrange(10 ** self._random.randrange(1, 40)))

    def _decimal(self) -> str:
        digits = lambda count: "".join(self._random.choices("0123456789", k=count))  # noqa: E731
        whole = str(self._random.randrange(10 ** self._random.randrange(1, 25)))
        fraction = self._random.choice(["", "." + digits(self._random.randrange(1, 30))])
        exponent = self._random.choice(["", f"{self._random.choice('eE')}{self._random.choice(['', '+', '-'])}{self._random.randrange(280):03d}"])
        return self._random.choice(["", "-"]) + whole + fraction + exponent

    def _plain(self) -> str:
        return f"{self._random.gauss(0, 1000):.{self._random.randrange(1, 7)}f}"

    def _edge(self) -> str:
        return self._random.choice(EDGES)

    def time(self, ns: int) -> str:
        """A positive time of this century; digits behind the nanosecond do not count."""
        more = "".join(self._random.choices("0123456789", k=self._random.choice([0, 0, 0, 1, 12])))
        unit = self._random.choice([SECOND, 10**6, 1000])
        width = len(str(unit)) - 1
        forms = [f"{ns}", f"{str(ns)[0]}.{str(ns)[1:]}{more}e18", f"{ns // unit}.{ns % unit:0{width}d}{more}",
                 f"0.{ns // SECOND}{ns % SECOND:09d}{more}E+10", f"{ns}{more[:2]}e-{len(more[:2])}", self.string(self.rfc3339(ns, more))]
        if ns % unit == 0:
            forms += [f"{ns // unit}"] * 6
        return self._random.choice(forms)

    def rfc3339(self, ns: int, more: str = "") -> str:
        offset = self._random.choice([0, 0, 60, -480, 330, self._random.randrange(-1439, 1440)])
        local = datetime.fromtimestamp(ns // SECOND, timezone.utc) + timedelta(minutes=offset)
        fraction = f".{ns % SECOND:09d}{more}" if ns % SECOND or self._random.random() < 0.2 else ""
        zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
        if offset == 0:
            zone = self._random.choice(["Z", "z", "+00:00", "-00:00"])
        return local.strftime(f"%Y-%m-%d{self._random.choice('Tt ')}%H:%M:%S") + fraction + zone

    def anything(self, depth: int, numbers: bool = True) -> str:
        """Any JSON of up to `depth` levels; a key may well come twice in it."""
        choice = self._random.randrange(8 if depth > 0 else 5)
        if choice == 0 and numbers:
            return self.number()
        if choice < 3:
            return self._random.choice(["null", "true", "false"])
        if choice < 5:
            return self.string(self._random.choice(["", "text", "\u0000\u001f", "name", "\U0001f600", "[1,2"]))
        inner = [self.anything(depth - 1) for _ in range(self._random.randrange(4))]
        if choice == 5:
            return self.array(inner)
        return "{" + ",".join(f"{self.space()}{self.string(self._random.choice(['a', 'name', 'value', '']))}:{one}" for one in inner) + "}"
