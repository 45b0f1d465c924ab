"""What the scripts print: one line a step, with the seconds since the start."""

import sys
import time

_START = time.monotonic()


def elapsed() -> float:
    return time.monotonic() - _START


def say(text: str) -> None:
    print(f"[{elapsed():5.0f} s] {text}", flush=True)


def complain(program: str, text: object) -> None:
    print(f"{program}: {text}", file=sys.stderr, flush=True)
