"""Interleaved timing of several candidates in one process.

`torch.utils.benchmark.Timer` times one candidate: it warms up, repeats a short step, synchronizes
CUDA and turns off garbage collection. Its `Measurement` holds the times, their median and their
interquartile range. Timer cannot alternate between candidates, though. `interleave` does: each
round measures every candidate once, so a slow moment of the machine affects all candidates alike.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch.utils.benchmark import Measurement, TaskSpec, Timer

from elman.checks import check_from_to

MIN_RUN_TIME = 0.02  # seconds per measurement; a shorter step is repeated
MAX_ROUNDS = 10_000
PAUSE = 0.02  # seconds before each, until the threads of the previous candidate stop spinning


def step_timer(step: Callable[[], object]) -> Callable[[], float]:
    """Returns a function that measures the seconds of one call of `step`.

    It repeats the call for `MIN_RUN_TIME` and returns the median.
    """
    # Timer's default is one thread.
    timer = Timer("step()", globals={"step": step}, num_threads=torch.get_num_threads())

    def measure() -> float:
        time.sleep(PAUSE)
        return timer.blocked_autorange(min_run_time=MIN_RUN_TIME).median

    return measure


def interleave(
    candidates: Mapping[str, Callable[[], float]], rounds: int, warmup: int = 1
) -> dict[str, Measurement]:
    """Measures each candidate once per round.

    Args:
        candidates: functions that return seconds, by name.
        rounds: measurements per candidate, at least 2.
        warmup: additional rounds at the start whose measurements are discarded.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(warmup + rounds):
        for name, measure in candidates.items():
            measured = measure()
            if turn >= warmup:
                seconds[name].append(measured)
    return {name: measurement(name, values) for name, values in seconds.items()}


def measurement(name: str, seconds: Sequence[float]) -> Measurement:
    """A `Measurement` of the given times."""
    return Measurement(1, list(seconds), TaskSpec(stmt=name, setup=""))


def quartiles(measured: Measurement) -> tuple[float, float]:
    """The lower and the upper quartile; `Measurement` makes only their difference public."""
    low, _, high = statistics.quantiles(measured.times, n=4, method="inclusive")
    return low, high


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds with at least three digits and no exponent."""
    return f"{1e3 * seconds:,.0f}" if seconds >= 0.1 else f"{1e3 * seconds:#.3g}"


def quartiles_in_milliseconds(measured: Measurement) -> str:
    """For example "1.20–1.31"."""
    return "–".join(map(milliseconds, quartiles(measured)))


def check_rounds(argument: str, rounds: int) -> None:
    """Raises TypeError or ValueError unless there are rounds enough for a spread, but not many."""
    check_from_to(argument, rounds, 2, MAX_ROUNDS)
