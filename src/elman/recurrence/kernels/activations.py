"""f and f′ on arrays, compiled by numba into SIMD code."""

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from elman.recurrence.kernels.nonlinearities import RELU, TANH
from elman.recurrence.kernels.products import CONTRACT, compiled

ONE = np.float32(1)
LOG2_E = np.float32(1 / math.log(2))
# ln 2 as a sum: the high part has few digits, so its product with a small integer is exact.
LN_2_HIGH = np.float32(0.693359375)
LN_2_LOW = np.float32(math.log(2) - 0.693359375)
# Adding this large number rounds to an integer.
ROUNDING = np.float32(1.5 * 2**23)
ROUNDING_BITS = ROUNDING.view(np.int32)
C2, C3, C4, C5, C6, C7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))


@compiled
def activate(a: Any, f: int, n: int) -> None:
    """`h = f(a)` for n numbers, in place."""
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
    """`∂a = ∂h ∘ f′(a)` for n numbers, in place of ∂h; f′ is computed from h = f(a)."""
    if f == TANH:
        for j in range(n):
            da[j] *= (ONE - h[j]) * (ONE + h[j])
    elif f == RELU:
        for j in range(n):
            if h[j] <= 0:
                da[j] = 0
    else:
        for j in range(n):
            da[j] *= (ONE - h[j]) * h[j]


def tanh(x: Any) -> Any:
    """tanh x, with an error of at most 3 ulp; vectorized in float32."""
    return math.tanh(x)


def sigmoid(x: Any) -> Any:
    """σ(x) = 1 / (1 + exp −x), with an error of at most 3 ulp; vectorized in float32."""
    # The form of the quotient in which exp ≤ 1.
    exp = math.exp(-abs(x))
    return (1 if x >= 0 else exp) / (1 + exp)


@overload(tanh, jit_options={"fastmath": CONTRACT})
def _compile_tanh(x: Any) -> Any:
    return _tanh_float32 if x == types.float32 else tanh


@overload(sigmoid, jit_options={"fastmath": CONTRACT})
def _compile_sigmoid(x: Any) -> Any:
    return _sigmoid_float32 if x == types.float32 else sigmoid


def _sigmoid_float32(x: Any) -> Any:
    # Below −104, exp is zero.
    n, p = exp_parts(max(-abs(x), np.float32(-104)))
    # 2ⁿ may be subnormal; its two factors are not.
    half = np.int32(n >> np.int32(1))
    exp = (power_of_2(half) * p + power_of_2(half)) * power_of_2(np.int32(n - half))
    return (ONE if x >= 0 else exp) / (ONE + exp)


def _tanh_float32(x: Any) -> Any:
    # With y = −2 |x|, tanh |x| = (1 − exp y) / (1 + exp y). For |x| ≥ 10 it is 1.
    y = max(np.float32(-2) * abs(x), np.float32(-20))
    n, p = exp_parts(y)
    power = power_of_2(n)
    exp = power * p + power
    exp_minus_1 = power * p + (power - ONE)
    # The form of the quotient without cancellation: for large |x|, compute 1 − tanh |x|.
    large = y < -ONE
    quotient = (exp + exp if large else -exp_minus_1) / (ONE + exp)
    return math.copysign(ONE - quotient if large else quotient, x)


@compiled
def exp_parts(y: Any) -> Any:
    """n and p such that `exp y = 2ⁿ (1 + p)`, for float32 y from −104 to 0."""
    # exp y = 2ⁿ exp r with |r| ≤ ln 2 / 2, where a short Taylor series gives p = exp r − 1.
    rounded = y * LOG2_E + ROUNDING
    n = rounded - ROUNDING
    r = y - n * LN_2_HIGH - n * LN_2_LOW
    p = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7)))))
    return np.int32(np.float32(rounded).view(np.int32) - ROUNDING_BITS), p


@compiled
def power_of_2(n: Any) -> Any:
    """`2ⁿ` in float32, for int32 n from −126 to 127."""
    return np.int32((n + np.int32(127)) << np.int32(23)).view(np.float32)
