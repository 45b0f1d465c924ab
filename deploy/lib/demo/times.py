"""How long each step takes, and took the first time on this machine."""

import json
import time
from pathlib import Path


class Times:
    """`started`: seconds since 1970, before packages were looked at."""

    def __init__(self, started: float, directory: Path) -> None:
        self._started, self._file = started, directory / "times.json"
        self._steps: list[tuple[str, float]] = [("packages", started)]

    def say(self, text: str) -> None:
        print(f"[{self._elapsed():5.0f} s] {text}", flush=True)

    def begin(self, step: str, what: str) -> None:
        """`step`: its name in the summary."""
        self.say(what)
        self._steps.append((step, time.time()))

    def finish(self) -> None:
        """Says where the time went; remembers the first run, which had to fetch and build."""
        total = self._elapsed()
        ends = [begin for _, begin in self._steps[1:]] + [time.time()]
        parts = [f"{name} {end - begin:.0f} s" for (name, begin), end in zip(self._steps, ends) if end - begin >= 0.5]
        line = f"this run took {total:.0f} s ({', '.join(parts)})"
        try:
            line += f"; the first one here took {json.loads(self._file.read_text())['first']:.0f} s"
        except (OSError, ValueError, KeyError):
            self._file.write_text(json.dumps({"first": total}))
            line += ", the first one here: the next ones fetch and build nothing"
        self.say(line)

    def _elapsed(self) -> float:
        return time.time() - self._started
