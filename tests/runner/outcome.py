"""What tests came out with, added up over all suites."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # names, for the summary

    def add(self, other: "Outcome") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def __str__(self) -> str:
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def one(name: str, succeeded: bool) -> Outcome:
    """A check that is one case."""
    return Outcome(passed=1) if succeeded else Outcome(failed=1, failures=[name])


def unmatched(where: str, word: str, tests: Outcome) -> Outcome:
    """A failure where no test has the word that was asked for: nothing was tested, which must not look like success."""
    found = not word or tests.passed or tests.failed or tests.skipped
    return Outcome() if found else one(f"{where}: nothing has '{word}' in its name", False)
