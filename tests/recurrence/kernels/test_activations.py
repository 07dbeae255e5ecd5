from typing import Any

import numpy as np
import pytest
from numba import njit, types
from numpy.typing import NDArray

from elman.recurrence.kernels.activations import activate, differentiate
from elman.recurrence.kernels.nonlinearities import RELU, SIGMOID, TANH
from elman.recurrence.kernels.tiles import pointer


@njit
def _activate(address, f, n):  # type: ignore[no-untyped-def]
    activate(pointer(address, types.float32), f, n)


@njit
def _differentiate(address, h, f, n):  # type: ignore[no-untyped-def]
    differentiate(pointer(address, types.float32), pointer(h, types.float32), f, n)


def activated(a: NDArray[Any], f: int) -> NDArray[np.float32]:
    h = np.array(a, dtype=np.float32)
    _activate(h.ctypes.data, f, len(h))
    return h


def test_tanh_to_the_last_places() -> None:
    x = np.concatenate([np.linspace(-12, 12, 200_001), np.logspace(-30, 1, 10_000)])
    x = x.astype(np.float32)
    exact = np.tanh(x.astype(np.float64))
    found = activated(x, TANH)
    assert (np.abs(found - exact) <= 2.5 * np.spacing(np.abs(exact).astype(np.float32))).all()
    assert np.abs(found).max() <= 1


def test_sigmoid_to_the_last_places() -> None:
    x = np.linspace(-12, 12, 200_001).astype(np.float32)
    exact = 1 / (1 + np.exp(-x.astype(np.float64)))
    assert np.abs(activated(x, SIGMOID) - exact).max() <= 2 * np.spacing(np.float32(0.5))


@pytest.mark.parametrize(("f", "right"), [(TANH, np.tanh), (RELU, lambda x: np.maximum(x, 0))])
def test_zeros_infinities_and_nan(f: int, right: Any) -> None:
    special = np.array([0.0, np.inf, -np.inf, np.nan, 1e30, -1e30], dtype=np.float32)
    np.testing.assert_array_equal(activated(special, f), right(special))


def test_tanh_keeps_the_sign_of_zero() -> None:
    assert list(np.signbit(activated(np.array([0.0, -0.0]), TANH))) == [False, True]


@pytest.mark.parametrize(
    ("f", "derivative"),
    [
        (TANH, lambda h: 1 - h * h),
        (RELU, lambda h: h > 0),
        (SIGMOID, lambda h: h * (1 - h)),
    ],
)
def test_derivatives_written_with_h(f: int, derivative: Any) -> None:
    random = np.random.default_rng(0)
    h = activated(random.standard_normal(77), f)
    dh = random.standard_normal(77).astype(np.float32)
    da = dh.copy()
    _differentiate(da.ctypes.data, h.ctypes.data, f, 77)
    np.testing.assert_allclose(da, dh * derivative(h), rtol=1e-5, atol=1e-6)
