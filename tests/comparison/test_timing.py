import pytest

from elman.comparison.timing import Timing, seconds_of, take_turns


def test_median_and_quartiles() -> None:
    timing = Timing((5.0, 1.0, 2.0, 3.0, 4.0))
    assert timing.median == 3.0
    low, high = timing.quartiles
    assert 1 <= low < 3 < high <= 5
    assert "3000.00 ms" in str(timing)


def test_measurements_take_turns_and_the_first_rounds_do_not_count() -> None:
    order = []

    def measurement(name: str) -> float:
        order.append(name)
        return float(len(order))

    timings = take_turns(
        {"a": lambda: measurement("a"), "b": lambda: measurement("b")}, rounds=2, warmup=1
    )
    assert order == ["a", "b"] * 3
    assert timings["a"].seconds == (3.0, 5.0)
    assert timings["b"].seconds == (4.0, 6.0)


def test_seconds_of_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.5])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert seconds_of(lambda: None) == 2.5
