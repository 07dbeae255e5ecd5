from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from elman import reference
from elman.forward_gradients import UORO, sequence_gradients
from elman.forward_gradients.bias_and_variance import GradientError, bias_and_variance


def measured(example: Callable, **changes: torch.Tensor) -> dict[str, GradientError]:
    e = example(T=6, B=2, I=3, H=4)._replace(**changes)
    generator = torch.Generator().manual_seed(0)
    errors = bias_and_variance(e.X, *e.network, e.dh, 50, (1, 6), generator)
    return {error.method: error for error in errors}


def test_all_methods(example: Callable) -> None:
    assert list(measured(example)) == [
        "RTRL",
        "SnAp-1",
        "UORO",
        "truncated BPTT, 1 step",
        "truncated BPTT, 6 steps",
    ]


def test_exact_methods_have_no_error(example: Callable) -> None:
    errors = measured(example)
    assert errors["RTRL"].bias < 1e-12
    assert errors["truncated BPTT, 6 steps"].bias == 0


def test_only_uoro_has_noise(example: Callable) -> None:
    assert [name for name, error in measured(example).items() if error.variance] == ["UORO"]


def test_the_error_of_uoro(example: Callable) -> None:
    e = example(T=6, B=2, I=3, H=4)
    generator = torch.Generator().manual_seed(0)
    draws = [
        np.concatenate([x.flatten() for x in sequence_gradients(method, e.X, e.dh)])
        for method in (UORO(*e.network, generator) for _ in range(50))
    ]
    g = np.concatenate([x.flatten() for x in e.bptt()])
    error = measured(example)["UORO"]
    variance = np.var(draws, axis=0, ddof=1).sum() / (g @ g)
    np.testing.assert_allclose(error.variance, variance, rtol=1e-10)
    np.testing.assert_allclose(error.standard_error, (variance / 50) ** 0.5, rtol=1e-10)
    bias = np.linalg.norm(np.mean(draws, axis=0) - g) / np.linalg.norm(g)
    np.testing.assert_allclose(error.bias, bias, rtol=1e-10)


def test_the_error_of_truncated_bptt(example: Callable) -> None:
    e = example(T=6, B=2, I=3, H=4)
    arrays = [x.numpy() for x in (e.dh, e.X, e.h_0, e.U, e.V, e.b)]
    full, cut = (
        np.concatenate([x.ravel() for x in reference.bptt(*arrays, chunk=chunk)[2:]])
        for chunk in (None, 1)
    )
    bias = np.linalg.norm(cut - full) / np.linalg.norm(full)
    found = measured(example)["truncated BPTT, 1 step"]
    np.testing.assert_allclose(found[1:], (bias, 0, 0), rtol=1e-10)


def test_without_a_gradient_there_is_no_relative_error(example: Callable) -> None:
    with pytest.raises(ValueError, match="BPTT is zero, so no error can be relative to it"):
        measured(example, dh=torch.zeros(6, 2, 4, dtype=torch.float64))


@pytest.mark.parametrize(
    ("numbers", "error", "message"),
    [
        ({"draws": 1}, ValueError, "draws must be at least 2, got 1"),
        ({"draws": 2.5}, TypeError, "draws must be an int, got 2.5"),
        ({"chunks": (4, 0)}, ValueError, "each of chunks must be greater than zero, got 0"),
    ],
)
def test_wrong_numbers(
    numbers: dict[str, Any], error: type[Exception], message: str, example: Callable
) -> None:
    e = example(T=2, B=1, I=1, H=1)
    with pytest.raises(error) as raised:
        bias_and_variance(e.X, *e.network, e.dh, **numbers)
    assert str(raised.value) == message
