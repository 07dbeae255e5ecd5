"""The mean over all signs is exact; the mean over random ones is exact within its error."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from elman.equations import NONLINEARITIES
from elman.forward_gradients import UORO, Gradients, sequence_gradients, uoro

SMALL = [(1, 1), (1, 4), (2, 3), (3, 2), (6, 1), (3, 3), (5, 2)]  # T, H


def mean_over_all_signs(e: Any, monkeypatch: pytest.MonkeyPatch) -> Gradients:
    """One copy of the sequence for each of the 2^(T H) sign vectors, as one batch."""
    T, _, H = e.dh.shape
    signs = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=T * H)), dtype=torch.float64)
    remaining = iter(signs.view(-1, T, H).unbind(1))  # T times (2^(T H), H)
    monkeypatch.setattr(uoro, "random_signs", lambda like, _: next(remaining).view_as(like))
    copies = len(signs)
    X, dC_dh = (x.repeat(1, copies, 1) for x in (e.X, e.dh))
    h_0, *weights = e.network
    total = sequence_gradients(UORO(h_0.repeat(copies, 1), *weights), X, dC_dh)
    return Gradients(*(gradient / copies for gradient in total))


@pytest.mark.parametrize("f", NONLINEARITIES)
@pytest.mark.parametrize(("T", "H"), SMALL)
def test_the_mean_over_all_signs_equals_bptt(
    T: int,
    H: int,
    f: str,
    example: Callable,
    assert_equal: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    e = example(T, B=1, I=2, H=H, f=f)
    assert_equal(mean_over_all_signs(e, monkeypatch), e.bptt(), tolerance=1e-9)


@pytest.mark.parametrize(("T", "H"), SMALL)
def test_the_mean_over_all_signs_equals_bptt_for_other_factors(
    T: int, H: int, example: Callable, assert_equal: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    factors = itertools.cycle([0.5, 3.0, 1.7])
    monkeypatch.setattr(uoro, "balance", lambda _, h: torch.full_like(h[:, :1], next(factors)))
    e = example(T, B=1, I=2, H=H)
    assert_equal(mean_over_all_signs(e, monkeypatch), e.bptt(), tolerance=1e-9)


def test_the_mean_over_random_signs_is_within_its_standard_error(example: Callable) -> None:
    copies = 20_000
    e = example(T=8, B=1, I=2, H=4)
    h_0, *weights = e.network
    method = UORO(h_0.repeat(copies, 1), *weights, torch.Generator().manual_seed(0))
    mean = torch.zeros(copies, 2 + 4 + 1, 4, dtype=torch.float64)  # one gradient for each copy
    for X_t, dC_dh_t in zip(e.X, e.dh, strict=True):
        method.step(X_t.repeat(copies, 1))
        mean += (method.h_factor @ dC_dh_t[0])[:, None, None] * method.w_factor
    expected = torch.cat([e.bptt().U, e.bptt().V, e.bptt().b[None]])
    standard_error = mean.std(0) / copies**0.5
    z = (mean.mean(0) - expected) / standard_error
    assert z.abs().max() < 4  # of 28 normal numbers, one in 500 draws exceeds it
    assert 0.5 < z.square().mean() < 2


def test_each_sequence_of_a_batch_has_its_own_signs(example: Callable) -> None:
    e = example(T=3, B=1, I=2, H=20)
    h_0, *weights = e.network
    method = UORO(h_0.repeat(2, 1), *weights, torch.Generator().manual_seed(0))
    method.step(e.X[0].repeat(2, 1))
    first, second = method.h_factor.sign()
    assert 0 < (first == second).sum() < 20


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_both_signs_are_equally_frequent(dtype: torch.dtype) -> None:
    n = 10_000
    signs = uoro.random_signs(torch.empty(n, dtype=dtype), torch.Generator().manual_seed(0))
    assert signs.dtype == dtype
    assert signs.unique().tolist() == [-1, 1]
    assert abs(signs.sum()) < 3 * n**0.5  # the sum has mean 0 and standard deviation √n


def test_a_generator_repeats_its_signs(example: Callable, assert_equal: Callable) -> None:
    e = example(T=3, B=2, I=2, H=5)
    first, again, other = (
        sequence_gradients(UORO(*e.network, torch.Generator().manual_seed(seed)), e.X, e.dh)
        for seed in (1, 1, 2)
    )
    assert_equal(again, first, tolerance=0)
    assert not torch.equal(other.V, first.V)


def test_without_a_generator_torch_draws_the_signs(example: Callable) -> None:
    e = example(T=3, B=2, I=2, H=5)
    torch.manual_seed(1)
    found = sequence_gradients(UORO(*e.network), e.X, e.dh)
    generator = torch.Generator().manual_seed(1)
    expected = sequence_gradients(UORO(*e.network, generator), e.X, e.dh)
    assert torch.equal(found.V, expected.V)


def test_the_factors_have_the_lengths_that_balance_them() -> None:
    w, h = torch.randn(5, 3, 4).double(), torch.randn(5, 4).double()
    ρ = uoro.balance(w, h)
    torch.testing.assert_close((w / ρ[:, None]).norm(dim=(1, 2)), (ρ * h).norm(dim=1))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_units_that_are_off_give_no_infinite_factors(dtype: torch.dtype) -> None:
    U, V, b = torch.ones(1, 3), torch.ones(3, 3), torch.full((3,), -10.0)
    weights = (x.to(dtype) for x in (U, V, b))
    method = UORO(torch.zeros(2, 3, dtype=dtype), *weights, torch.relu)
    for X_t in (torch.full((2, 1), x, dtype=dtype) for x in (20.0, 0.0, 0.0, 20.0)):
        method.step(X_t)
        assert method.h_factor.isfinite().all()
        assert method.w_factor.isfinite().all()
    expected: Tensor = torch.zeros(3, dtype=dtype)
    assert not torch.equal(method.gradients(torch.ones(2, 3, dtype=dtype)).b, expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_units_that_go_off_after_large_inputs_give_no_infinite_factors(dtype: torch.dtype) -> None:
    U, V, b = (torch.ones(shape, dtype=dtype) for shape in ((1, 3), (3, 3), (3,)))
    method = UORO(torch.zeros(2, 3, dtype=dtype), U, V, b, torch.relu)
    for x in (50.0, -1000.0, 50.0):  # ‖w̃‖ is large when ∂h_t/∂h_{t−1} h̃_{t−1} becomes zero
        method.step(torch.full((2, 1), x, dtype=dtype))
        assert method.h_factor.isfinite().all()
        assert method.w_factor.isfinite().all()
