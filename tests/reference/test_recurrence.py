import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from elman.reference import bptt, finite_differences, recurrence
from elman.reference.nonlinearities import Array


@dataclass
class Example:
    """A cost C = Σ_t dh_t · h_t of random inputs and weights."""

    X: Array
    h_0: Array
    U: Array
    V: Array
    b: Array
    dh: Array

    @property
    def inputs(self) -> dict[str, Array]:
        return {"X": self.X, "h_0": self.h_0, "U": self.U, "V": self.V, "b": self.b}


def example(T: int, B: int, I: int, H: int, seed: int) -> Example:
    rng = np.random.default_rng(seed)
    shapes = {"X": (T, B, I), "h_0": (B, H), "U": (I, H), "V": (H, H), "b": (H,), "dh": (T, B, H)}
    return Example(**{name: rng.normal(size=shape) for name, shape in shapes.items()})


examples = st.builds(example, *[st.integers(1, 4)] * 4, seed=st.integers(0, 2**16))


def test_one_unit_by_hand() -> None:
    one = np.ones((1, 1))
    h = recurrence(X=np.array([[[1.0]], [[2.0]]]), h_0=one * 0.5, U=one * 3, V=one * -1, b=one[0])
    h_1 = math.tanh(1 * 3 + 0.5 * -1 + 1)
    h_2 = math.tanh(2 * 3 + h_1 * -1 + 1)
    assert_allclose(h[:, 0, 0], [h_1, h_2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("f", ["tanh", "sigmoid", "relu"])
def test_the_dtype_is_kept(f: str, dtype: type[np.floating[Any]]) -> None:
    e = example(T=3, B=2, I=3, H=4, seed=0)
    inputs = {name: x.astype(dtype) for name, x in e.inputs.items()}
    assert recurrence(**inputs, f=f).dtype == dtype
    assert {x.dtype for x in bptt(e.dh.astype(dtype), **inputs, f=f)} == {np.dtype(dtype)}


@pytest.mark.parametrize("f", ["tanh", "sigmoid", "relu"])
@given(e=examples)
def test_bptt_agrees_with_finite_differences(f: str, e: Example) -> None:
    if f == "relu" and np.abs(preactivations(e, f)).min() < 1e-3:
        return  # finite differences across 0 are not valid for ReLU
    gradients = bptt(e.dh, **e.inputs, f=f)._asdict()
    for name, x in e.inputs.items():

        def cost(value: Array, name: str = name) -> float:
            return float((e.dh * recurrence(**{**e.inputs, name: value}, f=f)).sum())

        assert_allclose(gradients[name], finite_differences(cost, x), rtol=1e-5, atol=1e-6)


def preactivations(e: Example, f: str) -> Array:
    h = recurrence(**e.inputs, f=f)
    h_previous = np.concatenate([e.h_0[np.newaxis], h[:-1]])
    return e.X @ e.U + h_previous @ e.V + e.b


@given(e=examples, chunk=st.integers(1, 5))
def test_truncated_bptt_is_full_bptt_of_each_chunk(e: Example, chunk: int) -> None:
    h = recurrence(**e.inputs)
    dU, dV, db = np.zeros_like(e.U), np.zeros_like(e.V), np.zeros_like(e.b)
    h_0 = e.h_0
    for start in range(0, len(e.X), chunk):
        steps = slice(start, start + chunk)
        part = bptt(e.dh[steps], e.X[steps], h_0, e.U, e.V, e.b)
        dU, dV, db = dU + part.U, dV + part.V, db + part.b
        h_0 = h[steps][-1]  # passed on without a gradient
    truncated = bptt(e.dh, **e.inputs, chunk=chunk)
    assert_allclose(truncated.U, dU, atol=1e-12)
    assert_allclose(truncated.V, dV, atol=1e-12)
    assert_allclose(truncated.b, db, atol=1e-12)


@given(e=examples)
def test_a_chunk_as_long_as_the_sequence_is_full_bptt(e: Example) -> None:
    full, truncated = bptt(e.dh, **e.inputs), bptt(e.dh, **e.inputs, chunk=len(e.X))
    for a, b in zip(full, truncated, strict=True):
        assert (a == b).all()


@given(e=examples)
def test_gates_multiply_the_gradient_on_every_path_back(e: Example) -> None:
    """∂C/∂b = Σ_t Σ_{s≥t} dh_s J_s g_{s−1} … J_{t+1} g_t f′(a_t), where J_t = diag(f′(a_t)) Vᵀ."""
    T, B, _ = e.X.shape
    gates = np.random.default_rng(0).uniform(0, 2, size=(T, B, 1))
    f_prime = 1 - np.tanh(preactivations(e, "tanh")) ** 2
    db = np.zeros_like(e.b)
    for n in range(B):
        for s in range(T):
            gradient = e.dh[s, n]
            for t in range(s, -1, -1):
                db += gradient * f_prime[t, n]
                if t > 0:
                    gradient = gates[t - 1, n] * (gradient @ np.diag(f_prime[t, n]) @ e.V.T)
    assert_allclose(bptt(e.dh, **e.inputs, gates=gates).b, db, rtol=1e-12, atol=1e-12)
