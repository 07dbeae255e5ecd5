from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.equations import NONLINEARITIES
from elman.forward_gradients import RTRL, sequence_gradients


@given(
    T=st.integers(0, 8),
    B=st.integers(1, 4),
    I=st.integers(1, 5),
    H=st.integers(1, 6),
    f=st.sampled_from(sorted(NONLINEARITIES)),
    seed=st.integers(0, 2**16),
)
def test_it_equals_bptt(
    T: int, B: int, I: int, H: int, f: str, seed: int, example: Callable, assert_equal: Callable
) -> None:
    e = example(T, B, I, H, f, seed)
    assert_equal(sequence_gradients(RTRL(*e.network), e.X, e.dh), e.bptt())


@pytest.mark.parametrize("f", NONLINEARITIES)
def test_a_long_sequence(f: str, example: Callable, assert_equal: Callable) -> None:
    e = example(T=100, B=2, I=3, H=10, f=f)
    assert_equal(sequence_gradients(RTRL(*e.network), e.X, e.dh), e.bptt())


def test_dh_dw_is_the_derivative_of_each_state_by_each_weight(example: Callable) -> None:
    e = example(T=4, B=2, I=3, H=5)
    method = RTRL(*e.network)

    def last_state(w: torch.Tensor) -> torch.Tensor:
        U, V, b = w.split([3, 5, 1])
        h_t = e.h_0
        for X_t in e.X:
            h_t = torch.tanh(X_t @ U + h_t @ V + b)
        return h_t

    for X_t in e.X:
        method.step(X_t)
    w = torch.cat([e.U, e.V, e.b[None]])
    jacobian = torch.autograd.functional.jacobian(last_state, w)  # (B, H, N, H)
    torch.testing.assert_close(method.dh_dw, jacobian.movedim(1, 3), rtol=1e-12, atol=1e-12)
