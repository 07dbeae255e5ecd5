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
from elman.inspection.gradient_check import Checked, check_gradients
from elman.layers import Conv2d
from elman.networks import LanguageModel

Mistake = Callable[[Tensor], Tensor]


class Multiply(torch.autograd.Function):
    """`z = W a`, with a mistake made in ∂C/∂W."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, W: Tensor, mistake: Mistake) -> Tensor:
        ctx.save_for_backward(a, W)
        ctx.mistake = mistake
        return a @ W.T

    @staticmethod
    def backward(ctx: Any, dz: Tensor) -> tuple[Tensor | None, ...]:
        a, W = ctx.saved_tensors
        return dz @ W, ctx.mistake(dz.T @ a), None


class Student(nn.Module):
    """Two layers of which the first has a backward pass by hand."""

    def __init__(self, mistake: Mistake, into: int = 5, out: int = 4) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.W = nn.Parameter(torch.randn(out, into, generator=generator))
        self.V = nn.Parameter(torch.randn(3, out, generator=generator))
        self.mistake = mistake

    def forward(self, a: Tensor) -> Tensor:
        return torch.tanh(Multiply.apply(a, self.W, self.mistake)) @ self.V.T

    def example_inputs(self) -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(1)
        return (torch.randn(6, self.W.shape[1], generator=generator) / self.W.shape[1] ** 0.5,)


def checked(layer: Any, **options: Any) -> dict[str, Checked]:
    return {each.name: each for each in check_gradients(layer, layer.example_inputs(), **options)}


def one_entry_off(dW: Tensor, i: int, j: int) -> Tensor:
    dW = dW.clone()
    dW[i, j] += 0.01
    return dW


def no_gradient(_: Tensor) -> Any:
    return None


def test_a_right_layer_passes() -> None:
    found = checked(Student(lambda dW: dW))
    assert list(found) == ["W", "V", "input a"]
    assert [each.shape for each in found.values()] == [(4, 5), (3, 4), (6, 5)]
    assert [len(each.entries) for each in found.values()] == [20, 12, 20]
    assert [each.others for each in found.values()] == [0, 0, 10]
    for each in found.values():
        assert each.used
        assert each.agree
        assert not each.wrong
        assert each.entries[0].difference < 1e-7
        assert each.entries == sorted(each.entries, key=lambda e: e.difference, reverse=True)


@pytest.mark.parametrize(
    ("mistake", "ratio", "difference"),
    [
        (torch.neg, -1, 2),
        (lambda dW: dW / 6, 1 / 6, 5 / 6),
        (lambda dW: 2 * dW, 2, 1 / 2),
        (lambda dW: dW * 0, 0, 1),
    ],
)
def test_a_wrong_factor_is_found_in_every_entry_and_nowhere_else(
    mistake: Mistake, ratio: float, difference: float
) -> None:
    found = checked(Student(mistake))
    assert len(found["W"].wrong) == 20
    for entry in found["W"].wrong:
        assert entry.analytic == pytest.approx(ratio * entry.numeric, rel=1e-5)
        assert entry.difference == pytest.approx(difference, rel=1e-5)
    assert not found["V"].wrong
    assert not found["input a"].wrong


@pytest.mark.parametrize("where", [(0, 0), (2, 3), (3, 4)])
def test_one_wrong_entry_is_named(where: tuple[int, int]) -> None:
    layer = Student(functools.partial(one_entry_off, i=where[0], j=where[1]))
    [entry] = checked(layer)["W"].wrong
    assert (entry.name, entry.index, str(entry)) == ("W", where, f"W{list(where)}")
    assert entry.analytic - entry.numeric == pytest.approx(0.01, rel=1e-5)


@settings(max_examples=15)
@given(st.integers(0, 59), st.integers(0, 39), st.integers(0, 5))
def test_one_wrong_entry_of_many_is_found_among_those_not_tried(i: int, j: int, seed: int) -> None:
    layer = Student(functools.partial(one_entry_off, i=i, j=j), into=40, out=60)
    found = checked(layer, entries=2, seed=seed)
    [entry] = found["W"].wrong
    assert entry.index == (i, j)
    assert found["W"].entries[0] is entry
    assert len(found["W"].entries) + found["W"].others == 2400
    assert found["V"].agree
    assert found["input a"].agree


def test_two_mistakes_that_cancel_in_a_sum_are_found() -> None:
    def moved(dW: Tensor) -> Tensor:
        dW = dW.clone()
        dW[3, 4] += 0.1
        dW[50, 20] -= 0.1
        return dW

    for seed in range(4):
        found = checked(Student(moved, into=40, out=60), entries=1, seed=seed)["W"]
        assert found.wrong[0].index in {(3, 4), (50, 20)}


class Sum(torch.autograd.Function):
    """`O = Σ W`, with a mistake made in one entry of ∂C/∂W, which is the same in all others."""

    @staticmethod
    def forward(ctx: Any, W: Tensor) -> Tensor:
        ctx.save_for_backward(W)
        return W.sum()

    @staticmethod
    def backward(ctx: Any, dO: Tensor) -> Tensor:
        dW = dO.expand(*ctx.saved_tensors[0].shape).clone()
        dW[1234] *= 1.04
        return dW


class Alike(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.linspace(-1, 1, 10_000))

    def forward(self) -> Tensor:
        return Sum.apply(self.W)

    def example_inputs(self) -> tuple[()]:
        return ()


@pytest.mark.parametrize("seed", range(3))
def test_a_small_mistake_does_not_drown_in_the_sum_of_many_entries_alike(seed: int) -> None:
    """Along a direction of one sign the slope would be their sum, some 100 times the mistake's."""
    [entry] = checked(Alike(), entries=1, seed=seed)["W"].wrong
    assert entry.index == (1234,)
    assert entry.analytic == pytest.approx(1.04 * entry.numeric, rel=1e-5)


def test_a_gradient_that_is_not_a_number_is_found_among_those_not_tried() -> None:
    def not_a_number(dW: Tensor) -> Tensor:
        return dW.index_put((torch.tensor(7), torch.tensor(5)), torch.tensor(math.nan).double())

    [entry] = checked(Student(not_a_number, into=40, out=60), entries=2)["W"].wrong
    assert entry.index == (7, 5)
    assert entry.difference == math.inf


def test_a_gradient_that_is_not_given_is_wrong_where_the_output_depends_on_it() -> None:
    W = checked(Student(no_gradient))["W"]
    assert not W.used
    assert len(W.wrong) == 20
    assert W.wrong[0].analytic == 0


def test_a_parameter_that_is_not_used_is_told_and_not_wrong() -> None:
    layer = Student(lambda dW: dW)
    layer.U = nn.Parameter(torch.ones(2))
    U = checked(layer)["U"]
    assert not U.used
    assert not U.wrong
    assert [entry.numeric for entry in U.entries] == [0, 0]


def test_a_transposed_backward_pass() -> None:
    found = checked(Student(lambda dW: dW.T, into=4, out=4))
    wrong = {entry.index for entry in found["W"].wrong}
    assert wrong == {(i, j) for i in range(4) for j in range(4) if i != j}


def test_the_layer_and_its_inputs_stay_as_they_are() -> None:
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


def test_the_seed_decides_which_entries_are_tried() -> None:
    def tried(seed: int) -> set[tuple[int, ...]]:
        return {e.index for e in checked(Student(lambda dW: dW), entries=5, seed=seed)["W"].entries}

    assert tried(0) == tried(0) != tried(1)
    assert len(tried(0)) == 5


def test_all_entries() -> None:
    found = checked(Student(lambda dW: dW), entries=None)
    assert [len(each.entries) for each in found.values()] == [20, 12, 30]
    assert [each.others for each in found.values()] == [0, 0, 0]


class Bent(nn.Module):
    """`relu(W a + b)`, all of z at 0 exactly where a is 0."""

    def __init__(self, right: bool) -> None:
        super().__init__()
        self.b = nn.Parameter(torch.tensor([0.0, 3e-6, -3e-6, 1.0]))
        self.right = right

    def forward(self, a: Tensor) -> Tensor:
        O = torch.relu(a + self.b)
        return O if self.right else 2 * O - O.detach()  # the same values, twice the gradient


def test_a_kink_is_not_taken_for_a_mistake() -> None:
    b, a = check_gradients(Bent(right=True), [torch.zeros(1, 4)])
    for each in (a, b):
        assert not each.wrong
        assert {entry.index[-1] for entry in each.entries if entry.kink} == {0, 1, 2}


def test_near_a_kink_a_mistake_is_found() -> None:
    b, _ = check_gradients(Bent(right=False), [torch.zeros(1, 4)])
    assert {entry.index for entry in b.wrong} == {(1,), (3,)}  # at the others the gradient is 0


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.sampled_from(["relu", "tanh"]))
def test_dense(B: int, into: int, out: int, activation: str) -> None:
    found = check_gradients(Dense(into, out, activation), [torch.randn(B, into)], entries=8)
    assert [each.name for each in found] == ["W", "b", "input a"]
    assert not any(each.wrong for each in found)
    assert all(each.agree for each in found)


@settings(max_examples=15)
@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_conv2d(B: int, into: int, out: int, stride: int) -> None:
    layer = Conv2d(into, out, 3, stride, padding=1)
    found = check_gradients(layer, [torch.randn(B, into, 5, 4)], entries=6)
    assert not any(each.wrong for each in found)
    assert all(each.agree for each in found)


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
    found = check_gradients(layer, [torch.randn(T, B, I)], entries=3)
    assert found[-1].name == "input input"
    assert not any(each.wrong for each in found)
    assert all(each.agree for each in found)


def test_a_lazy_module() -> None:
    found = check_gradients(nn.LazyLinear(2), [torch.randn(4, 3)])
    assert [each.shape for each in found] == [(2, 3), (2,), (4, 3)]
    assert not any(each.wrong for each in found)


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_a_network_with_whole_numbers_as_inputs(rnn: Callable[[int, int], nn.Module]) -> None:
    network = LanguageModel(6, 3, 4, rnn)
    found = checked(network, entries=None)
    assert {"embedding.weight", "readout.W"} < set(found)
    assert not any(name.startswith("input") for name in found)
    assert not any(each.wrong for each in found.values())
    weights = sum(parameter.numel() for parameter in network.parameters())
    assert sum(len(each.entries) for each in found.values()) == weights


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
        checked(Student(torch.neg), **options)
