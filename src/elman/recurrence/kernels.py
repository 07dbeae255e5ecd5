"""The two loops of backpropagation through time, compiled for the processor by numba.

Each function works on some sequences of the batch, from their first time step to their last:
sequences do not need each other, so a thread that has some never waits for a thread that has
others.

The time is spent in the products `h_{t−1} V` and `∂a_{t+1} Vᵀ`. They are computed for four
sequences and two vectors of columns at once: the eight sums stay in the processor's registers while
k runs over the rows of V, and each number of V that is loaded is used four times. V comes as
panels of so many columns, `(⌈H / width⌉, H, width)`, in which it is read straight through.
"""

import math
from typing import Any

import numpy as np
import torch
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

from elman.equations import Nonlinearity
from elman.recurrence.vectors import BYTES, load, multiply_add, plus, store, zeros

Array = NDArray[np.float32] | NDArray[np.float64]
WIDTH = {torch.float32: 2 * BYTES // 4, torch.float64: 2 * BYTES // 8}  # columns of a panel

TANH, RELU, SIGMOID = 0, 1, 2
NUMBERS: dict[Nonlinearity, int] = {torch.tanh: TANH, torch.relu: RELU, torch.sigmoid: SIGMOID}
ONE, LOG2_E, LN_2 = np.float32(1), np.float32(1 / math.log(2)), np.float32(math.log(2))
C2, C3, C4, C5, C6, C7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))

# "contract": a product and a sum in one instruction, rounded once.
compiled = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})


@compiled
def forward(a: Array, h_0: Array, V: Array, f: int, lengths: NDArray[np.int64], rows: Any) -> None:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T, in the memory of a.

    Args:
        a: `X_t U + b`, `(T, B, H)`, to become h.
        h_0: `(B, H)`.
        V: `(H, H)`, in panels.
        f: TANH, RELU or SIGMOID.
        lengths: of each sequence, `(B)`; its states are zero from there on.
        rows: the first of the sequences to take, and the one after the last.
    """
    first, last = rows
    for t in range(len(a)):
        h_previous = h_0 if t == 0 else a[t - 1]
        # a_t = X_t U + h_{t−1} V + b
        _add_products(a[t], h_previous, V, first, last)
        # h_t = f(a_t)
        for n in range(first, last):
            if t < lengths[n]:
                _activate(a[t, n], f)
            else:
                a[t, n, :] = 0


@compiled
def backward(da: Array, h: Array, V_T: Array, f: int, rows: Any) -> None:
    """`∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ`, `∂a_t = ∂h_t ∘ f′(a_t)` for t = T … 1, in the memory of da.

    Args:
        da: `∂C_t/∂h_t`, `(T, B, H)`, to become ∂a.
        h: `(T, B, H)`.
        V_T: `(H, H)`, in panels.
        f: TANH, RELU or SIGMOID.
        rows: the first of the sequences to take, and the one after the last.
    """
    first, last = rows
    for t in range(len(da) - 1, -1, -1):
        if t < len(da) - 1:
            # ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ
            _add_products(da[t], da[t + 1], V_T, first, last)
        # ∂a_t = ∂h_t ∘ f′(a_t)
        for n in range(first, last):
            _differentiate(da[t, n], h[t, n], f)


@compiled
def _add_products(a: Array, h: Array, V: Array, first: int, last: int) -> None:
    """`a += h V` for the sequences from `first` to before `last`."""
    H, width = a.shape[1], V.shape[2]
    beside = np.empty((4, width), a.dtype)
    for p in range(len(V)):
        j = p * width
        fits = j + width <= H  # else the last columns are fewer, and are computed beside a
        for n in range(first, last, 4):
            rows = min(4, last - n)
            if fits:
                target, row, column = a, n, j
            else:
                target, row, column = beside, 0, 0
                beside[:rows, : H - j] = a[n : n + rows, j:]
            if rows == 4:
                _add_four(target, row, column, h, n, V[p])
            else:
                for r in range(rows):
                    _add_one(target, row + r, column, h, n + r, V[p])
            if not fits:
                a[n : n + rows, j:] = beside[:rows, : H - j]


@compiled
def _add_four(a: Array, row: int, j: int, h: Array, n: int, V: Array) -> None:
    """`a[row, j:] += Σ_k h[n, k] V[k]` for four rows and four sequences, from `row` and `n` on."""
    half = V.shape[1] // 2
    a00, a01 = load(a, row, j), load(a, row, j + half)
    a10, a11 = load(a, row + 1, j), load(a, row + 1, j + half)
    a20, a21 = load(a, row + 2, j), load(a, row + 2, j + half)
    a30, a31 = load(a, row + 3, j), load(a, row + 3, j + half)
    for k in range(len(V)):
        V_0, V_1 = load(V, k, 0), load(V, k, half)
        a00, a01 = multiply_add(h[n, k], V_0, a00), multiply_add(h[n, k], V_1, a01)
        a10, a11 = multiply_add(h[n + 1, k], V_0, a10), multiply_add(h[n + 1, k], V_1, a11)
        a20, a21 = multiply_add(h[n + 2, k], V_0, a20), multiply_add(h[n + 2, k], V_1, a21)
        a30, a31 = multiply_add(h[n + 3, k], V_0, a30), multiply_add(h[n + 3, k], V_1, a31)
    store(a, row, j, a00), store(a, row, j + half, a01)
    store(a, row + 1, j, a10), store(a, row + 1, j + half, a11)
    store(a, row + 2, j, a20), store(a, row + 2, j + half, a21)
    store(a, row + 3, j, a30), store(a, row + 3, j + half, a31)


@compiled
def _add_one(a: Array, row: int, j: int, h: Array, n: int, V: Array) -> None:
    """The same for one row; four sums over a quarter of the k each need not wait for each other."""
    half = V.shape[1] // 2
    fours = len(V) - len(V) % 4
    s0, s1 = load(a, row, j), load(a, row, j + half)
    t0, t1, u0, u1, v0, v1 = zeros(a), zeros(a), zeros(a), zeros(a), zeros(a), zeros(a)
    for k in range(0, fours, 4):
        s0 = multiply_add(h[n, k], load(V, k, 0), s0)
        s1 = multiply_add(h[n, k], load(V, k, half), s1)
        t0 = multiply_add(h[n, k + 1], load(V, k + 1, 0), t0)
        t1 = multiply_add(h[n, k + 1], load(V, k + 1, half), t1)
        u0 = multiply_add(h[n, k + 2], load(V, k + 2, 0), u0)
        u1 = multiply_add(h[n, k + 2], load(V, k + 2, half), u1)
        v0 = multiply_add(h[n, k + 3], load(V, k + 3, 0), v0)
        v1 = multiply_add(h[n, k + 3], load(V, k + 3, half), v1)
    for k in range(fours, len(V)):
        s0 = multiply_add(h[n, k], load(V, k, 0), s0)
        s1 = multiply_add(h[n, k], load(V, k, half), s1)
    store(a, row, j, plus(plus(s0, t0), plus(u0, v0)))
    store(a, row, j + half, plus(plus(s1, t1), plus(u1, v1)))


@compiled
def _activate(a: Array, f: int) -> None:
    """`h = f(a)` in the memory of a."""
    if f == TANH:
        for j in range(len(a)):
            a[j] = tanh(a[j])
    elif f == RELU:
        for j in range(len(a)):
            a[j] = max(a[j], a.dtype.type(0))
    else:
        half = a.dtype.type(0.5)
        for j in range(len(a)):
            a[j] = half + half * tanh(half * a[j])


@compiled
def _differentiate(da: Array, h: Array, f: int) -> None:
    """`∂a = ∂h ∘ f′(a)` in the memory of ∂h, f′ written with h = f(a)."""
    if f == TANH:
        for j in range(len(h)):
            da[j] -= da[j] * h[j] * h[j]
    elif f == RELU:
        for j in range(len(h)):
            if h[j] <= 0:
                da[j] = 0
    else:
        for j in range(len(h)):
            da[j] *= h[j] - h[j] * h[j]


def tanh(x: Any) -> Any:
    """tanh x, within 3 units of its last place; in float32 many at a time."""
    return math.tanh(x)


@overload(tanh, jit_options={"fastmath": {"contract"}})
def _compile_tanh(x: Any) -> Any:
    return _tanh_float32 if x == types.float32 else _tanh_float64


def _tanh_float64(x: Any) -> Any:
    return math.tanh(x)


def _tanh_float32(x: Any) -> Any:
    # With y = −2 |x|, tanh |x| is (1 − exp y) / (1 + exp y); beyond |x| = 10 it is 1.
    y = max(np.float32(-2) * abs(x), np.float32(-20))
    # exp y = 2ⁿ exp r with |r| ≤ ln 2 / 2, where the series of p = exp r − 1 is short.
    n = np.rint(y * LOG2_E)
    r = y - n * LN_2
    p = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7)))))
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)  # 2ⁿ
    exp = power * p + power
    exp_minus_1 = power * p + (power - ONE)
    # Of two forms of the quotient, the one that loses no places: near 1 what is missing from it.
    large = y < -ONE
    quotient = (exp + exp if large else -exp_minus_1) / (ONE + exp)
    return math.copysign(ONE - quotient if large else quotient, x)
