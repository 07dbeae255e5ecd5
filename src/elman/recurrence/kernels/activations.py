"""f and f′ for many numbers at a time, compiled for the processor by numba."""

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from elman.recurrence.kernels.nonlinearities import RELU, TANH
from elman.recurrence.kernels.products import CONTRACT, compiled

HALF, ONE, MINUS_TWO, LOWEST = np.float32(0.5), np.float32(1), np.float32(-2), np.float32(-20)
LOG2_E, LN_2 = np.float32(1 / math.log(2)), np.float32(math.log(2))
C2, C3, C4, C5, C6, C7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))


@compiled
def activate(a: Any, f: int, n: int) -> None:
    """`h = f(a)` for n numbers, in the memory of a."""
    if f == TANH:
        for j in range(n):
            a[j] = tanh(a[j])
    elif f == RELU:
        for j in range(n):
            a[j] = max(a[j], 0)
    else:
        for j in range(n):
            a[j] = sigmoid(a[j])


@compiled
def differentiate(da: Any, h: Any, f: int, n: int) -> None:
    """`∂a = ∂h ∘ f′(a)` for n numbers, in the memory of ∂h, f′ written with h = f(a)."""
    if f == TANH:
        for j in range(n):
            da[j] -= da[j] * h[j] * h[j]
    elif f == RELU:
        for j in range(n):
            if h[j] <= 0:
                da[j] = 0
    else:
        for j in range(n):
            da[j] *= h[j] - h[j] * h[j]


def tanh(x: Any) -> Any:
    """tanh x, within 3 units of its last place; in float32 many at a time."""
    return math.tanh(x)


def sigmoid(x: Any) -> Any:
    """σ(x) = ½ + ½ tanh(x / 2)."""
    return 0.5 + 0.5 * math.tanh(0.5 * x)


@overload(tanh, jit_options={"fastmath": CONTRACT})
def _compile_tanh(x: Any) -> Any:
    return _tanh_float32 if x == types.float32 else tanh


@overload(sigmoid, jit_options={"fastmath": CONTRACT})
def _compile_sigmoid(x: Any) -> Any:
    return _sigmoid_float32 if x == types.float32 else sigmoid


def _sigmoid_float32(x: Any) -> Any:
    return HALF + HALF * tanh(HALF * x)


def _tanh_float32(x: Any) -> Any:
    # With y = −2 |x|, tanh |x| is (1 − exp y) / (1 + exp y); beyond |x| = 10 it is 1.
    y = max(MINUS_TWO * abs(x), LOWEST)
    # exp y = 2ⁿ exp r with |r| ≤ ln 2 / 2, where the series of p = exp r − 1 is short.
    n = np.int32(y * LOG2_E - HALF)  # the nearest, since y is not positive
    r = y - np.float32(n) * LN_2
    p = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7)))))
    power = np.int32((n + np.int32(127)) << np.int32(23)).view(np.float32)  # 2ⁿ
    exp = power * p + power
    exp_minus_1 = power * p + (power - ONE)
    # Of two forms of the quotient, the one that loses no places: near 1 what is missing from it.
    large = y < -ONE
    quotient = (exp + exp if large else -exp_minus_1) / (ONE + exp)
    return math.copysign(ONE - quotient if large else quotient, x)
