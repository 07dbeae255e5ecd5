"""Errors of f and f′ in ulp (units in the last place), for numbers of any magnitude.

The exact values are computed by numpy in float64 for float32, by mpmath for float64.
"""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from numba import njit, types
from numpy.typing import NDArray

from elman.equations import NONLINEARITIES
from elman.recurrence.kernels.activations import activate, differentiate
from elman.recurrence.kernels.nonlinearities import RELU, SIGMOID, TANH
from elman.recurrence.kernels.tiles import pointer

Numbers = NDArray[Any]
DTYPES = [np.float32, np.float64]
NUMBA = {np.dtype(np.float32): types.float32, np.dtype(np.float64): types.float64}


@njit
def _activate(address, dtype, f, n):  # type: ignore[no-untyped-def]
    activate(pointer(address, dtype), f, n)


@njit
def _differentiate(address, h, dtype, f, n):  # type: ignore[no-untyped-def]
    differentiate(pointer(address, dtype), pointer(h, dtype), f, n)


def activated(a: Numbers, f: int) -> Numbers:
    h = a.copy()
    _activate(h.ctypes.data, NUMBA[h.dtype], f, len(h))
    return h


def differentiated(dh: Numbers, h: Numbers, f: int) -> Numbers:
    da = dh.copy()
    _differentiate(da.ctypes.data, h.ctypes.data, NUMBA[h.dtype], f, len(h))
    return da


def numbers_of_all_magnitudes(dtype: type, count: int) -> Numbers:
    """Finite numbers: random bits, edge cases, and evenly spaced where f is not constant."""
    kind = {np.float32: np.uint32, np.float64: np.uint64}[dtype]
    random = np.random.default_rng(0)
    any_bits = random.integers(np.iinfo(kind).max, size=count, dtype=kind, endpoint=True)
    any_size = any_bits.view(dtype)
    info = np.finfo(dtype)
    edges = np.array([0, info.smallest_subnormal, info.smallest_normal, info.eps, info.max / 2])
    lowest = np.log(float(info.smallest_subnormal))
    spread = [np.linspace(-width, width, count) for width in (1, 12, -1.1 * lowest)]
    evenly = np.concatenate([edges, -edges, *spread]).astype(dtype)
    return np.concatenate([any_size[np.isfinite(any_size)], evenly])


def errors(found: Numbers, exact: Callable[..., Any], *arguments: Numbers) -> Numbers:
    """The errors in ulp of the exact numbers."""
    if found.dtype == np.float32:
        expected = exact(np, *(x.astype(np.float64) for x in arguments))
        return np.abs(found - expected) / np.spacing(np.abs(expected).astype(np.float32))
    with mpmath.workprec(160):
        ours, *columns = ([mpmath.mpf(x) for x in xs.tolist()] for xs in (found, *arguments))
        exacts = [exact(mpmath, *xs) for xs in zip(*columns, strict=True)]
        units = np.spacing(np.abs(np.array(exacts, dtype=np.float64))).tolist()
        both = zip(ours, exacts, units, strict=True)
        return np.array([float(abs(our - expected) / unit) for our, expected, unit in both])


def exact_tanh(library: Any, x: Any) -> Any:
    return library.tanh(x)


def exact_sigmoid(library: Any, x: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / (1 + library.exp(-x))


def exact_relu(_: Any, x: Any) -> Any:
    return x * (x > 0)


FUNCTIONS = {"tanh": exact_tanh, "sigmoid": exact_sigmoid, "relu": exact_relu}
KERNELS = {"tanh": TANH, "sigmoid": SIGMOID, "relu": RELU}
UNITS = {"tanh": 3, "sigmoid": 3, "relu": 0}
COUNTS = {np.float32: 200_000, np.float64: 1_000}  # mpmath is slow


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_accuracy(f: str, dtype: type) -> None:
    """Also for subnormal results, which have fewer digits."""
    x = numbers_of_all_magnitudes(dtype, COUNTS[dtype])
    h = activated(x, KERNELS[f])
    assert errors(h, FUNCTIONS[f], x).max() <= UNITS[f]
    assert f == "relu" or np.abs(h).max() <= 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_accuracy_of_the_functions_of_torch(f: str, dtype: type) -> None:
    """The other engines use them. Subnormal results may become zero."""
    x = numbers_of_all_magnitudes(dtype, COUNTS[dtype])
    h = NONLINEARITIES[f](torch.from_numpy(x)).numpy()
    expected = activated(x, KERNELS[f])  # accurate enough, see the test above
    smallest = np.finfo(dtype).smallest_normal
    is_normal = np.abs(expected) >= smallest
    assert errors(h[is_normal], FUNCTIONS[f], x[is_normal]).max() <= UNITS[f]
    assert np.abs(h - expected)[~is_normal].max() < smallest


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_zeros_infinities_and_nan(f: str, dtype: type) -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype=dtype)
    expected = {
        "tanh": [0.0, -0.0, 1, -1, np.nan],
        "sigmoid": [0.5, 0.5, 1, 0, np.nan],
        "relu": [0, 0, np.inf, 0, np.nan],
    }[f]
    found = activated(np.tile(x, 10), KERNELS[f])  # enough numbers for SIMD code
    np.testing.assert_array_equal(found, np.tile(expected, 10))
    if f == "tanh":
        assert list(np.signbit(found[:2])) == [False, True]


def exact_derivative(f: str) -> Callable[..., Any]:
    return {
        "tanh": lambda _, dh, h: dh * (1 - h) * (1 + h),
        "sigmoid": lambda _, dh, h: dh * (1 - h) * h,
        "relu": lambda _, dh, h: dh * (h > 0),
    }[f]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_accuracy_of_the_derivatives(f: str, dtype: type) -> None:
    x = numbers_of_all_magnitudes(dtype, COUNTS[dtype])
    h = activated(x, KERNELS[f])
    dh = np.random.default_rng(0).permutation(x)
    da = differentiated(dh, h, KERNELS[f])
    assert errors(da, exact_derivative(f), dh, h).max() <= UNITS[f]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_nan_and_infinite_gradients_as_in_torch(f: str, dtype: torch.dtype) -> None:
    special = [0.0, 0.3, -0.3, 1e30, -1e30, np.inf, -np.inf, np.nan]
    a, dh = torch.cartesian_prod(*[torch.tensor(special, dtype=dtype)] * 2).unbind(1)
    a.requires_grad_()
    [expected] = torch.autograd.grad(NONLINEARITIES[f](a), a, dh)
    h = activated(a.detach().numpy(), KERNELS[f])
    found = differentiated(dh.numpy(), h, KERNELS[f])
    np.testing.assert_allclose(found, expected, rtol=1e-5)
