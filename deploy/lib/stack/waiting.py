"""Waiting for a condition, never for a length of time."""

import time
from typing import Callable, TypeVar

from .problem import Problem

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float, what: str, still_possible: Callable[[], str | None] | None = None,
               interval: float = 0.05) -> T:
    """Returns the condition's first true value. `still_possible` gives a reason when there is no point in waiting on."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        reason = still_possible() if still_possible else None
        if reason:
            raise Problem(f"{what}: {reason}")
        if time.monotonic() > deadline:
            raise Problem(f"{what}: not within {seconds:g} s")
        time.sleep(interval)
