"""Times that can be compared: taken in one process, by turns, with their spread."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from elman.checks import check_size


@dataclass(frozen=True)
class Timing:
    """Repeated measurements of one thing.

    Attributes:
        seconds: each measurement.
    """

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one, in seconds."""
        return statistics.median(self.seconds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """A quarter of the measurements lie below the first, a quarter above the second."""
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return low, high

    def __str__(self) -> str:
        low, high = self.quartiles
        return f"{1e3 * self.median:8.2f} ms  (quartiles {1e3 * low:.2f}–{1e3 * high:.2f})"


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, to three digits or more, without an exponent."""
    return f"{1e3 * seconds:,.0f}" if seconds >= 0.1 else f"{1e3 * seconds:#.3g}"


def check_rounds(argument: str, rounds: int) -> None:
    """Raises TypeError or ValueError unless there are rounds enough to tell a spread."""
    check_size(argument, rounds)
    if rounds == 1:
        raise ValueError(f"{argument} must be at least 2, there is no spread of 1")


def take_turns(
    measurements: Mapping[str, Callable[[], float]], rounds: int, warmup: int = 1
) -> dict[str, Timing]:
    """Makes each measurement once a round, so that whatever slows the machine slows all alike.

    Args:
        measurements: functions that return seconds, by name.
        rounds: how often, at least 2.
        warmup: rounds before those that count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in measurements}
    for turn in range(warmup + rounds):
        for name, measure in measurements.items():
            measured = measure()
            if turn >= warmup:
                seconds[name].append(measured)
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def seconds_of(function: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
