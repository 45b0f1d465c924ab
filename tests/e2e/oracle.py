"""What the windows must hold, from the ledger of what was sent."""

from dataclasses import dataclass, field

from stack.expected import by_window, statistics

# (client, name, sorted tag pairs)
Series = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass
class SeriesLedger:
    """What one series must consist of."""

    readings: dict[int, float] = field(default_factory=dict)  # own timestamp (ns) -> the value that was sent last
    observations: list[tuple[int, float]] = field(default_factory=list)  # each one counts, also at one instant
    placed_by_server: list[float] = field(default_factory=list)  # no own (or a replaced) timestamp: only totals are known

    def samples(self) -> list[tuple[int, float]]:
        return sorted(list(self.readings.items()) + self.observations)


@dataclass
class Ledger:
    series: dict[Series, SeriesLedger] = field(default_factory=dict)
    # Every sample of every first 202 falls into one of these, as in the aggregator's account.
    duplicates: int = 0
    replaced: int = 0

    def of(self, client: str, name: str, tags: dict[str, str]) -> SeriesLedger:
        return self.series.setdefault((client, name, tuple(sorted(tags.items()))), SeriesLedger())

    def read(self, client: str, name: str, tags: dict[str, str], time: int, value: float) -> None:
        """A reading with its own timestamp, in log order."""
        readings = self.of(client, name, tags).readings
        if time in readings:
            if readings[time] == value:
                self.duplicates += 1
            else:
                self.replaced += 1
        readings[time] = value

    def observe(self, client: str, name: str, tags: dict[str, str], time: int, value: float) -> None:
        self.of(client, name, tags).observations.append((time, value))

    def place(self, client: str, name: str, tags: dict[str, str], value: float) -> None:
        self.of(client, name, tags).placed_by_server.append(value)

    def distinct_samples(self) -> int:
        return sum(len(one.readings) + len(one.observations) + len(one.placed_by_server) for one in self.series.values())

    def merge(self, other: "Ledger") -> None:
        """Of another client: no series in common."""
        assert not self.series.keys() & other.series.keys()
        self.series |= other.series
        self.duplicates += other.duplicates
        self.replaced += other.replaced


def windows_of(ledger: Ledger, size: int) -> dict[tuple[Series, int], dict[str, float]]:
    """(series, window start) -> fields, of every series that is aggregated by itself."""
    expected = {}
    for key, one in ledger.series.items():
        for start, samples in by_window(one.samples(), size).items():
            expected[key, start] = statistics([value for _, value in samples])
    return expected


def grouped_windows_of(ledger: Ledger, size: int, name: str, by: tuple[str, ...]) -> dict[tuple[Series, int], dict[str, float]]:
    """The same for one metric under a rule `by`: the client always stays."""
    groups: dict[Series, list[tuple[int, Series, float]]] = {}
    for key, one in ledger.series.items():
        if key[1] == name:
            group = (key[0], name, tuple(pair for pair in key[2] if pair[0] in by))
            groups.setdefault(group, []).extend((time, key, value) for time, value in one.samples())
    expected = {}
    for group, samples in groups.items():
        for start, part in by_window(sorted(samples), size).items():
            expected[group, start] = statistics([value for _, _, value in part])
    return expected
