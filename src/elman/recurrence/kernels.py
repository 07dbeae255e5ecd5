"""The two loops of backpropagation through time, compiled for the processor by numba.

Each function works on some sequences of the batch, from their first time step to their last:
sequences do not need each other, so a thread that has some never waits for a thread that has
others.

The time is spent in the products `h_{t−1} V` and `∂a_{t+1} Vᵀ`. `_add_product` says what they are
for one sequence: `a[j] += Σ_k h[k] V[k, j]`. `_add_four_products` does the same for four sequences,
and takes four rows of V at once: each number of V that is loaded is used four times.
"""

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.float64]

CACHED = 2**16  # numbers of V that stay in a processor core's cache

TANH, RELU, SIGMOID = 0, 1, 2
LOG2_E, LN_2 = np.float32(1 / math.log(2)), np.float32(math.log(2))
C2, C3, C4, C5, C6, C7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))

# "contract": a product and a sum in one instruction, rounded once.
compiled = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})


@compiled
def forward(a: Array, h_0: Array, V: Array, f: int, lengths: NDArray[np.int64], rows: Any) -> None:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T, in the memory of a.

    Args:
        a: `X_t U + b`, `(T, B, H)`, to become h.
        h_0: `(B, H)`.
        V: `(H, H)`.
        f: TANH, RELU or SIGMOID.
        lengths: of each sequence, `(B)`; its states are zero from there on.
        rows: the first of the sequences to take, and the one after the last.
    """
    first, last = rows
    for t in range(len(a)):
        h_previous = h_0 if t == 0 else a[t - 1]
        # a_t = X_t U + h_{t−1} V + b
        _add_products(a[t, first:last], h_previous[first:last], V)
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
        V_T: `(H, H)`.
        f: TANH, RELU or SIGMOID.
        rows: the first of the sequences to take, and the one after the last.
    """
    first, last = rows
    for t in range(len(da) - 1, -1, -1):
        if t < len(da) - 1:
            # ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ
            _add_products(da[t, first:last], da[t + 1, first:last], V_T)
        # ∂a_t = ∂h_t ∘ f′(a_t)
        for n in range(first, last):
            _differentiate(da[t, n], h[t, n], f)


@compiled
def _add_products(a: Array, h: Array, V: Array) -> None:
    """`a += h V`, by parts of V that stay in the cache until all sequences have used them."""
    B, H = h.shape
    part = max(CACHED // H // 4 * 4, 4)
    for start in range(0, H, part):
        stop = min(start + part, H)
        for n in range(0, B - 3, 4):
            _add_four_products(a[n : n + 4], h[n : n + 4], V, start, stop)
        for n in range(B - B % 4, B):
            _add_product(a[n], h[n], V, start, stop)


@compiled
def _add_product(a: Array, h: Array, V: Array, start: int, stop: int) -> None:
    """`a[j] += Σ_k h[k] V[k, j]`, four k at a time."""
    H = len(h)
    fours = stop - (stop - start) % 4
    for k in range(start, fours, 4):
        h0, h1, h2, h3 = h[k], h[k + 1], h[k + 2], h[k + 3]
        for j in range(H):
            a[j] = a[j] + h0 * V[k, j] + h1 * V[k + 1, j] + h2 * V[k + 2, j] + h3 * V[k + 3, j]
    for k in range(fours, stop):
        for j in range(H):
            a[j] += h[k] * V[k, j]


@compiled
def _add_four_products(a: Array, h: Array, V: Array, start: int, stop: int) -> None:
    """`a[n, j] += Σ_k h[n, k] V[k, j]` for four sequences n, four k at a time."""
    H = h.shape[1]
    fours = stop - (stop - start) % 4
    for k in range(start, fours, 4):
        h00, h01, h02, h03 = h[0, k], h[0, k + 1], h[0, k + 2], h[0, k + 3]
        h10, h11, h12, h13 = h[1, k], h[1, k + 1], h[1, k + 2], h[1, k + 3]
        h20, h21, h22, h23 = h[2, k], h[2, k + 1], h[2, k + 2], h[2, k + 3]
        h30, h31, h32, h33 = h[3, k], h[3, k + 1], h[3, k + 2], h[3, k + 3]
        for j in range(H):
            V0, V1, V2, V3 = V[k, j], V[k + 1, j], V[k + 2, j], V[k + 3, j]
            a[0, j] = a[0, j] + h00 * V0 + h01 * V1 + h02 * V2 + h03 * V3
            a[1, j] = a[1, j] + h10 * V0 + h11 * V1 + h12 * V2 + h13 * V3
            a[2, j] = a[2, j] + h20 * V0 + h21 * V1 + h22 * V2 + h23 * V3
            a[3, j] = a[3, j] + h30 * V0 + h31 * V1 + h32 * V2 + h33 * V3
    for k in range(fours, stop):
        for n in range(4):
            for j in range(H):
                a[n, j] += h[n, k] * V[k, j]


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
    """tanh x, within 2 units of its last place; in float32 many at a time."""
    return math.tanh(x)


@overload(tanh, jit_options={"fastmath": {"contract"}})
def _compile_tanh(x: Any) -> Any:
    return _tanh_float32 if x == types.float32 else _tanh_float64


def _tanh_float64(x: Any) -> Any:
    return math.tanh(x)


def _tanh_float32(x: Any) -> Any:
    # tanh |x| = −e / (e + 2) with e = exp(−2 |x|) − 1; beyond 10 it is 1.
    y = max(np.float32(-2) * abs(x), np.float32(-20))
    # exp(y) = 2ⁿ exp(r) with |r| ≤ ln 2 / 2, where the series of exp(r) − 1 is short.
    n = np.rint(y * LOG2_E)
    r = y - n * LN_2
    p = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7)))))
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)  # 2ⁿ
    e = power * p + (power - np.float32(1))
    return math.copysign(-e / (e + np.float32(2)), x)
