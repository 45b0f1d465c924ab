"""Which windows can be together, as services/aggregator/fold/fold_settings.cpp has it: known before anything is built."""

import argparse

from demo.series import SECOND, nanoseconds

LARGEST = 600  # s


def sizes(text: str) -> list[str]:
    """Of `10s,1m`: sizes as the aggregator spells them, which also names its retention policies. Each is 1s to 10m, there once,
    and divides the largest."""
    seconds = [_seconds(size, text) for size in text.split(",")]
    block = max(seconds)
    for index, size in enumerate(seconds):
        if size in seconds[:index]:
            raise argparse.ArgumentTypeError(f"{spelled(size)} is there twice: expected each size once")
        if block % size:
            divisors = " ".join(spelled(divisor) for divisor in range(1, block) if block % divisor == 0)
            raise argparse.ArgumentTypeError(f"{spelled(size)} does not divide the largest size, {spelled(block)}: expected one of {divisors}")
    return [spelled(size) for size in seconds]


def spelled(seconds: int) -> str:
    """As common/base/duration.cpp does: 90 is 1m30s."""
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes}m" if minutes else "") + (f"{rest}s" if rest else "")


def _seconds(size: str, text: str) -> int:
    try:
        seconds = nanoseconds(size) // SECOND
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r}: expected sizes from 1s to 10m with commas, such as 10s,1m")
    return seconds
