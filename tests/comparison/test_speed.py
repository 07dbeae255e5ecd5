import pytest
import torch

from elman.comparison import speed as module
from elman.comparison.implementations import ELMAN, TORCH, Implementation, elman_and_torch
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed, measure_speed, speed_summary
from elman.comparison.timing import measurement

SIZES = Sizes(3, 2, 4, 5)


def fake(states: torch.Tensor, *, can_train: bool = True) -> Implementation:
    return Implementation((lambda: None) if can_train else None, lambda: states)


def fakes() -> dict[str, Implementation]:
    return {name: fake(torch.zeros(1)) for name in (TORCH, ELMAN)}


def test_one_measurement_per_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "step_timer", lambda _: lambda: 0.5)
    implementations = {**fakes(), "ONNX Runtime": fake(torch.zeros(1), can_train=False)}
    speed = measure_speed(SIZES, implementations, 3)
    assert speed.sizes == SIZES
    assert {name: each.times for name, each in speed.train.items()} == {
        TORCH: [0.5] * 3,
        ELMAN: [0.5] * 3,
    }
    assert speed.inference.keys() == implementations.keys()


def test_real_layers(monkeypatch: pytest.MonkeyPatch, device: torch.device) -> None:
    monkeypatch.setattr("elman.comparison.timing.MIN_RUN_TIME", 1e-9)
    speed = measure_speed(SIZES, elman_and_torch(SIZES, device, "bptt"), 2, "elman bptt")
    assert speed.train.keys() == speed.inference.keys() == {TORCH, "elman bptt"}
    assert min(min(each.times) for each in speed.train.values()) > 0
    assert speed.ratio("train") > 0


def test_wrong_states_are_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"wrong does not compute the states of torch.nn.RNN"):
        measure_speed(SIZES, {**fakes(), "wrong": fake(torch.ones(1))}, 2)


def speed(sizes: Sizes, ours: float, theirs: float) -> Speed:
    measured = {TORCH: measurement(TORCH, [theirs]), ELMAN: measurement(ELMAN, [ours])}
    return Speed(sizes, measured, measured)


def test_ratio() -> None:
    assert speed(SIZES, 2, 6).ratio("train") == 3
    assert speed(SIZES, 2, 6).ratio("train", ELMAN, to=TORCH) == pytest.approx(1 / 3)


def test_summary() -> None:
    small, large = Sizes(10, 1, 8, 16), Sizes(100, 64, 128, 256)
    assert speed_summary([speed(small, 1, 8), speed(large, 4, 2)], "train") == (
        "torch.nn.RNN takes 2.00 times as long as elman.RNN (geometric mean of 2 sizes, lowest "
        f"0.50 at {large}, highest 8.00 at {small}). elman.RNN is slower at 1 of them."
    )
    assert speed_summary([speed(small, 1, 8), speed(large, 2, 4)], "inference").endswith(
        "elman.RNN is slower at none of them."
    )
    assert speed_summary([speed(small, 1, 8)], "train") == (
        f"torch.nn.RNN takes 8.00 times as long as elman.RNN, at {small}."
    )
