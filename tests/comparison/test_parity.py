import math
from typing import Any

import pytest
import torch
from torch import Tensor

from elman.comparison import parity
from elman.comparison.parity import TENSORS, Case, Distance, cases, compare_case, summarise
from elman.comparison.sizes import Sizes
from elman.layers import RNN

SIZES = Sizes(7, 3, 5, 4)
OPTIONS = {
    "num_layers": [1, 2],
    "nonlinearity": ["tanh", "relu"],
    "bias": [True, False],
    "batch_first": [False, True],
    "bidirectional": [False, True],
}


def test_every_combination_is_a_case() -> None:
    combinations = cases({"bias": [True, False], "num_layers": [1, 2]}, [SIZES, Sizes(1, 1, 1, 1)])
    assert len(combinations) == 8
    assert len({str(case) for case in combinations}) == 8
    assert combinations[0] == Case({"bias": True, "num_layers": 1}, SIZES)


def test_parity_holds_with_all_options(device: torch.device) -> None:
    torch.manual_seed(0)
    distances = [d for case in cases(OPTIONS, [SIZES]) for d in compare_case(case, device)]
    assert {(d.dtype, d.tensor) for d in distances} == {
        (dtype, tensor) for dtype in ("float32", "float64") for tensor in TENSORS
    }
    assert all(summary.holds for summary in summarise(distances))
    assert 0 < max(d.theirs for d in distances if d.dtype == "float32") < 1e-5
    without_bias = [d for d in distances if not d.case.options["bias"]]
    assert all(d.tensor != "∂b" for d in without_bias)


class WrongStates(RNN):
    def forward(self, *arguments: Any) -> tuple[Tensor, Tensor]:
        output, h_n = super().forward(*arguments)
        return output * (1 + 1e-5), h_n


class WrongGradient(RNN):
    def forward(self, input: Tensor, hx: Tensor) -> tuple[Tensor, Tensor]:
        # The states are correct, but the gradient with respect to h_0 is half of it.
        return super().forward(input, hx * 0.5 + hx.detach() * 0.5)


class NanState(RNN):
    def forward(self, *arguments: Any) -> tuple[Tensor, Tensor]:
        output, h_n = super().forward(*arguments)
        return output, h_n * math.nan


@pytest.mark.parametrize(
    ("layer", "tensor"), [(WrongStates, "output"), (WrongGradient, "∂h_0"), (NanState, "h_n")]
)
def test_wrong_layer_fails(monkeypatch: pytest.MonkeyPatch, layer: type[RNN], tensor: str) -> None:
    monkeypatch.setattr(parity, "RNN", layer)
    torch.manual_seed(0)
    summaries = summarise(compare_case(Case({"bidirectional": True}, SIZES)))
    failed = {(s.dtype, s.tensor) for s in summaries if not s.holds}
    assert {("float32", tensor), ("float64", tensor)} <= failed
    assert ("float32", "output" if tensor == "h_n" else "h_n") not in failed


def test_wrong_shape_is_infinitely_far() -> None:
    expected = torch.ones(2, 3).numpy()
    assert parity._distance_of_one(expected[:1], expected) == math.inf
    assert parity._distance_of_one(expected, expected) == 0
    assert parity._distance_of_one(0 * expected, 0 * expected) == 0


def test_inputs_near_the_kink_of_relu_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case({"nonlinearity": "relu"}, SIZES)
    monkeypatch.setattr(parity, "MIN_ABS_A", 1e-2)
    torch.manual_seed(0)
    assert parity._draw(case, "auto")[-1].min_abs_a > 1e-2
    smallest = []
    monkeypatch.setattr(parity, "MIN_ABS_A", 0)
    for seed in range(5):
        torch.manual_seed(seed)
        smallest.append(parity._draw(case, "auto")[-1].min_abs_a)
    assert min(smallest) < 1e-2  # some are nearer without the limit


def test_tolerance() -> None:
    case = Case({}, SIZES)
    eps = torch.finfo(torch.float32).eps

    def holds(dtype: str, ours: float, theirs: float) -> bool:
        distances = [Distance(case, dtype, "output", *each) for each in ((0, 0), (ours, theirs))]
        [summary] = summarise(distances)
        return summary.holds

    assert holds("float32", 20 * eps, 10 * eps)
    assert not holds("float32", 21 * eps, 10 * eps)
    assert holds("float32", 3.9 * eps, 0)  # a few rounding errors more are allowed
    assert not holds("float32", 4.1 * eps, 0)
    assert holds("float64", 9e-13, 0)
    assert not holds("float64", 1.1e-12, 1)


def test_summary_in_ulp() -> None:
    eps = torch.finfo(torch.float32).eps
    [summary] = summarise(
        Distance(Case({}, SIZES), "float32", "h_n", n * eps, 2 * n * eps) for n in (1, 2, 6)
    )
    assert summary.ours == pytest.approx((2, 6))
    assert summary.theirs == pytest.approx((4, 12))
