import functools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from elman import RNN, Dense
from elman.inspection.gradient_check import TensorCheck, check_gradients
from elman.layers import Conv2d
from elman.networks import LanguageModel

Distortion = Callable[[Tensor], Tensor]


class Multiply(torch.autograd.Function):
    """`z = W a`, with an error inserted in ∂C/∂W."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, W: Tensor, distort: Distortion) -> Tensor:
        ctx.save_for_backward(a, W)
        ctx.distort = distort
        return a @ W.T

    @staticmethod
    def backward(ctx: Any, dz: Tensor) -> tuple[Tensor | None, ...]:
        a, W = ctx.saved_tensors
        return dz @ W, ctx.distort(dz.T @ a), None


class Student(nn.Module):
    """Two layers; the first has a hand-written backward pass."""

    def __init__(self, distort: Distortion, fan_in: int = 5, fan_out: int = 4) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.W = nn.Parameter(torch.randn(fan_out, fan_in, generator=generator))
        self.V = nn.Parameter(torch.randn(3, fan_out, generator=generator))
        self.distort = distort

    def forward(self, a: Tensor) -> Tensor:
        return torch.tanh(Multiply.apply(a, self.W, self.distort)) @ self.V.T

    def example_inputs(self) -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(1)
        return (torch.randn(6, self.W.shape[1], generator=generator) / self.W.shape[1] ** 0.5,)


def check(layer: Any, **options: Any) -> dict[str, TensorCheck]:
    return {
        result.name: result for result in check_gradients(layer, layer.example_inputs(), **options)
    }


def one_entry_off(dW: Tensor, i: int, j: int) -> Tensor:
    dW = dW.clone()
    dW[i, j] += 0.01
    return dW


def no_gradient(_: Tensor) -> Any:
    return None


def test_correct_layer_passes() -> None:
    checks = check(Student(lambda dW: dW))
    assert list(checks) == ["W", "V", "input a"]
    assert [result.shape for result in checks.values()] == [(4, 5), (3, 4), (6, 5)]
    assert [len(result.entries) for result in checks.values()] == [20, 12, 20]
    assert [result.grouped for result in checks.values()] == [0, 0, 10]
    for result in checks.values():
        assert result.used
        assert result.group_passed
        assert not result.wrong
        assert result.entries[0].difference < 1e-7
        assert result.entries == sorted(result.entries, key=lambda e: e.difference, reverse=True)


@pytest.mark.parametrize(
    ("distort", "ratio", "difference"),
    [
        (torch.neg, -1, 2),
        (lambda dW: dW / 6, 1 / 6, 5 / 6),
        (lambda dW: 2 * dW, 2, 1 / 2),
        (lambda dW: dW * 0, 0, 1),
    ],
)
def test_wrong_factor_is_found_in_all_entries_of_one_tensor(
    distort: Distortion, ratio: float, difference: float
) -> None:
    checks = check(Student(distort))
    assert len(checks["W"].wrong) == 20
    for entry in checks["W"].wrong:
        assert entry.analytic == pytest.approx(ratio * entry.numeric, rel=1e-5)
        assert entry.difference == pytest.approx(difference, rel=1e-5)
    assert not checks["V"].wrong
    assert not checks["input a"].wrong


@pytest.mark.parametrize("where", [(0, 0), (2, 3), (3, 4)])
def test_one_wrong_entry(where: tuple[int, int]) -> None:
    layer = Student(functools.partial(one_entry_off, i=where[0], j=where[1]))
    [entry] = check(layer)["W"].wrong
    assert (entry.name, entry.index, str(entry)) == ("W", where, f"W{list(where)}")
    assert entry.analytic - entry.numeric == pytest.approx(0.01, rel=1e-5)


@settings(max_examples=15)
@given(st.integers(0, 59), st.integers(0, 39), st.integers(0, 5))
def test_one_wrong_entry_is_found_in_a_group(i: int, j: int, seed: int) -> None:
    layer = Student(functools.partial(one_entry_off, i=i, j=j), fan_in=40, fan_out=60)
    checks = check(layer, entries=2, seed=seed)
    [entry] = checks["W"].wrong
    assert entry.index == (i, j)
    assert checks["W"].entries[0] is entry
    assert len(checks["W"].entries) + checks["W"].grouped == 2400
    assert checks["V"].group_passed
    assert checks["input a"].group_passed


def test_errors_that_cancel_in_a_sum_are_found() -> None:
    def distort(dW: Tensor) -> Tensor:
        dW = dW.clone()
        dW[3, 4] += 0.1
        dW[50, 20] -= 0.1
        return dW

    for seed in range(4):
        checks = check(Student(distort, fan_in=40, fan_out=60), entries=1, seed=seed)["W"]
        assert checks.wrong[0].index in {(3, 4), (50, 20)}


class Sum(torch.autograd.Function):
    """`O = Σ W`, with one wrong entry in ∂C/∂W; all others are equal."""

    @staticmethod
    def forward(ctx: Any, W: Tensor) -> Tensor:
        ctx.save_for_backward(W)
        return W.sum()

    @staticmethod
    def backward(ctx: Any, dO: Tensor) -> Tensor:
        dW = dO.expand(*ctx.saved_tensors[0].shape).clone()
        dW[1234] *= 1.04
        return dW


class EqualGradients(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.linspace(-1, 1, 10_000))

    def forward(self) -> Tensor:
        return Sum.apply(self.W)

    def example_inputs(self) -> tuple[()]:
        return ()


@pytest.mark.parametrize("seed", range(3))
def test_small_error_is_found_among_many_equal_entries(seed: int) -> None:
    """With equal signs, the directional derivative would be about 100 times the error."""
    [entry] = check(EqualGradients(), entries=1, seed=seed)["W"].wrong
    assert entry.index == (1234,)
    assert entry.analytic == pytest.approx(1.04 * entry.numeric, rel=1e-5)


def test_nan_is_found_in_a_group() -> None:
    def not_a_number(dW: Tensor) -> Tensor:
        return dW.index_put((torch.tensor(7), torch.tensor(5)), torch.tensor(math.nan).double())

    [entry] = check(Student(not_a_number, fan_in=40, fan_out=60), entries=2)["W"].wrong
    assert entry.index == (7, 5)
    assert entry.difference == math.inf


def test_missing_gradient_is_wrong_if_the_output_depends_on_the_parameter() -> None:
    W = check(Student(no_gradient))["W"]
    assert not W.used
    assert len(W.wrong) == 20
    assert W.wrong[0].analytic == 0


def test_unused_parameter_is_not_wrong() -> None:
    layer = Student(lambda dW: dW)
    layer.U = nn.Parameter(torch.ones(2))
    U = check(layer)["U"]
    assert not U.used
    assert not U.wrong
    assert [entry.numeric for entry in U.entries] == [0, 0]


def test_transposed_gradient() -> None:
    checks = check(Student(lambda dW: dW.T, fan_in=4, fan_out=4))
    wrong = {entry.index for entry in checks["W"].wrong}
    assert wrong == {(i, j) for i in range(4) for j in range(4) if i != j}


def test_layer_and_inputs_are_unchanged() -> None:
    layer = Student(torch.neg).train()
    before = {name: x.clone() for name, x in layer.state_dict().items()}
    a = torch.ones(2, 5)
    check_gradients(layer, [a])
    assert layer.training
    assert not a.requires_grad
    assert torch.equal(a, torch.ones(2, 5))
    for name, x in layer.state_dict().items():
        assert x.dtype == torch.float32
        assert torch.equal(x, before[name])


def test_the_seed_selects_the_entries() -> None:
    def indices(seed: int) -> set[tuple[int, ...]]:
        return {e.index for e in check(Student(lambda dW: dW), entries=5, seed=seed)["W"].entries}

    assert indices(0) == indices(0) != indices(1)
    assert len(indices(0)) == 5


def test_all_entries() -> None:
    checks = check(Student(lambda dW: dW), entries=None)
    assert [len(result.entries) for result in checks.values()] == [20, 12, 30]
    assert [result.grouped for result in checks.values()] == [0, 0, 0]


class Kinked(nn.Module):
    """`relu(a + b)`, whose entries of b lie at the kink, near it and far from it for a = 0."""

    def __init__(self, correct: bool) -> None:
        super().__init__()
        self.b = nn.Parameter(torch.tensor([0.0, 3e-6, -3e-6, 1.0]))
        self.correct = correct

    def forward(self, a: Tensor) -> Tensor:
        O = torch.relu(a + self.b)
        return O if self.correct else 2 * O - O.detach()  # the same values, twice the gradient


def test_correct_gradient_passes_at_a_kink() -> None:
    b, a = check_gradients(Kinked(correct=True), [torch.zeros(1, 4)])
    for result in (a, b):
        assert not result.wrong
        assert {entry.index[-1] for entry in result.entries if entry.kink} == {0, 1, 2}


def test_wrong_gradient_is_found_near_a_kink() -> None:
    b, _ = check_gradients(Kinked(correct=False), [torch.zeros(1, 4)])
    assert {entry.index for entry in b.wrong} == {(1,), (3,)}  # at the others the gradient is 0


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.sampled_from(["relu", "tanh"]))
def test_dense(B: int, fan_in: int, fan_out: int, activation: str) -> None:
    checks = check_gradients(
        Dense(fan_in, fan_out, activation), [torch.randn(B, fan_in)], entries=8
    )
    assert [result.name for result in checks] == ["W", "b", "input a"]
    assert not any(result.wrong for result in checks)
    assert all(result.group_passed for result in checks)


@settings(max_examples=15)
@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_conv2d(B: int, fan_in: int, fan_out: int, stride: int) -> None:
    layer = Conv2d(fan_in, fan_out, 3, stride, padding=1)
    checks = check_gradients(layer, [torch.randn(B, fan_in, 5, 4)], entries=6)
    assert not any(result.wrong for result in checks)
    assert all(result.group_passed for result in checks)


@given(
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 5),
    st.sampled_from(["unrolled", "bptt", "compiled"]),
    st.sampled_from(["tanh", "relu", "sigmoid"]),
    st.booleans(),
)
def test_rnn(T: int, B: int, I: int, H: int, engine: Any, f: str, bidirectional: bool) -> None:
    layer = RNN(I, H, 2, f, bidirectional=bidirectional, engine=engine, learn_h_0=True)
    checks = check_gradients(layer, [torch.randn(T, B, I)], entries=3)
    assert checks[-1].name == "input input"
    assert not any(result.wrong for result in checks)
    assert all(result.group_passed for result in checks)


def test_lazy_module() -> None:
    checks = check_gradients(nn.LazyLinear(2), [torch.randn(4, 3)])
    assert [result.shape for result in checks] == [(2, 3), (2,), (4, 3)]
    assert not any(result.wrong for result in checks)


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_network_with_integer_inputs(rnn: Callable[[int, int], nn.Module]) -> None:
    network = LanguageModel(6, 3, 4, rnn)
    checks = check(network, entries=None)
    assert {"embedding.weight", "readout.W"} < set(checks)
    assert not any(name.startswith("input") for name in checks)
    assert not any(result.wrong for result in checks.values())
    weights = sum(parameter.numel() for parameter in network.parameters())
    assert sum(len(result.entries) for result in checks.values()) == weights


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entries": 0}, "entries must be greater than zero, got 0"),
        ({"step": 0}, "step must be a number greater than zero, got 0"),
        ({"tolerance": "small"}, "tolerance must be a number greater than zero, got 'small'"),
    ],
)
def test_values_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(Student(torch.neg), **options)
