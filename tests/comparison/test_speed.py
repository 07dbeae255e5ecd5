import time

import pytest
import torch

from elman.comparison import speed
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Pair, make_layers, measure_speed, measurement, train_step
from elman.comparison.timing import Timing


def test_short_steps_are_repeated_within_a_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, steps = [0.0], []
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])

    def step() -> None:
        steps.append(clock[0])
        clock[0] += 1 if len(steps) == 1 else 0.003  # the first compiles, say

    measure = measurement(step, torch.device("cpu"))
    prepared = len(steps)
    assert measure() == pytest.approx(0.003)
    assert len(steps) - prepared == 1 + 7  # to wake the threads, then 20 ms and more


def test_a_long_step_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])

    def step() -> None:
        clock[0] += 0.5

    measure = measurement(step, torch.device("cpu"))
    before = clock[0]
    assert measure() == 0.5
    assert clock[0] - before == 2 * 0.5  # one to wake the threads


def test_both_layers_compute_the_same(device: torch.device) -> None:
    ours, theirs, X = make_layers(Sizes(5, 2, 3, 4), device, "auto")
    torch.testing.assert_close(speed.inference(ours, X), speed.inference(theirs, X))
    assert speed.inference(ours, X).is_inference()
    dU, dV, db = train_step(ours, X)
    d_ih, d_hh, db_ih, _ = train_step(theirs, X)
    torch.testing.assert_close((dU.T, dV.T, db), (d_ih, d_hh, db_ih))


def test_as_many_measurements_as_rounds(
    monkeypatch: pytest.MonkeyPatch, device: torch.device
) -> None:
    monkeypatch.setattr(speed, "SHORTEST", 1e-9)
    measured = measure_speed(Sizes(5, 2, 3, 4), 3, device)
    for pair in (measured.train, measured.inference):
        assert len(pair.ours.seconds) == len(pair.theirs.seconds) == 3
        assert min(*pair.ours.seconds, *pair.theirs.seconds) > 0


def test_the_ratio_is_above_one_where_torch_takes_longer() -> None:
    pair = Pair(ours=Timing((1.0, 2.0, 9.0)), theirs=Timing((6.0, 5.0, 7.0)))
    assert pair.ratio == 3
