import time

import pytest
import torch

from elman.comparison.timing import (
    MIN_RUN_TIME,
    interleave,
    measurement,
    milliseconds,
    quartiles,
    quartiles_in_milliseconds,
    step_timer,
)


def test_quartiles() -> None:
    measured = measurement("step", [5.0, 1.0, 2.0, 3.0, 4.0])
    assert measured.median == 3.0
    assert quartiles(measured) == (2.0, 4.0)
    assert measured.iqr == 2.0
    assert quartiles_in_milliseconds(measured) == "2,000–4,000"


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.5, "1,500"), (0.0123, "12.3"), (1.2e-5, "0.0120")]
)
def test_milliseconds(seconds: float, text: str) -> None:
    assert milliseconds(seconds) == text


def test_measurements_are_interleaved_and_the_warmup_is_discarded() -> None:
    order = []

    def measure(name: str) -> float:
        order.append(name)
        return float(len(order))

    measured = interleave({"a": lambda: measure("a"), "b": lambda: measure("b")}, 2, warmup=1)
    assert order == ["a", "b"] * 3
    assert measured["a"].times == [3.0, 5.0]
    assert measured["b"].times == [4.0, 6.0]


def test_a_long_step_is_not_repeated() -> None:
    calls = []

    def step() -> None:
        calls.append(torch.get_num_threads())
        time.sleep(1.5 * MIN_RUN_TIME)

    seconds = step_timer(step)()
    assert seconds >= 1.5 * MIN_RUN_TIME
    assert calls == [torch.get_num_threads()] * 2  # a warm-up and the measurement


def test_a_short_step_is_repeated() -> None:
    calls = []
    start = time.perf_counter()
    seconds = step_timer(lambda: calls.append(1))()
    assert time.perf_counter() - start >= MIN_RUN_TIME
    assert 0 < seconds < MIN_RUN_TIME
    assert len(calls) > 100
