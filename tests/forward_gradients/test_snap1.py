from collections.abc import Callable

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from elman.equations import DERIVATIVES, NONLINEARITIES
from elman.forward_gradients import RTRL, Gradients, SnAp1, sequence_gradients

sizes = {
    "T": st.integers(1, 7),
    "B": st.integers(1, 3),
    "I": st.integers(1, 4),
    "H": st.integers(1, 5),
    "f": st.sampled_from(sorted(NONLINEARITIES)),
    "seed": st.integers(0, 2**16),
}


def masked_rtrl(
    X: Tensor, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, dC_dh: Tensor, f: str
) -> Gradients:
    """RTRL of one sequence, where each entry not reached in one step is set to zero.

    The derivatives by the flattened U, V and b are the columns of a matrix, as in the paper.
    """
    I, H = U.shape
    f_of_a = NONLINEARITIES[f]
    mask = torch.eye(H, dtype=torch.float64).repeat(1, I + H + 1)  # w_jk reaches h_k alone
    J = torch.zeros(H, (I + H + 1) * H, dtype=torch.float64)
    gradient = torch.zeros((I + H + 1) * H, dtype=torch.float64)
    h = h_0
    for t in range(len(X)):
        inputs = torch.cat([X[t], h, torch.ones(1, dtype=torch.float64)])
        h = f_of_a(X[t] @ U + h @ V + b)
        slope = torch.diag(DERIVATIVES[f_of_a](h))
        immediate = slope @ torch.kron(inputs[None], torch.eye(H, dtype=torch.float64))
        J = mask * (immediate + slope @ V.T @ J)
        gradient += dC_dh[t] @ J
    dU, dV, db = gradient.view(-1, H).split([I, H, 1])
    return Gradients(dU, dV, db[0])


@given(**sizes)
def test_it_equals_rtrl_with_a_mask(
    T: int, B: int, I: int, H: int, f: str, seed: int, example: Callable, assert_equal: Callable
) -> None:
    e = example(T, B, I, H, f, seed)
    sequences = [masked_rtrl(e.X[:, n], e.h_0[n], e.U, e.V, e.b, e.dh[:, n], f) for n in range(B)]
    expected = Gradients(*(sum(each) for each in zip(*sequences, strict=True)))
    assert_equal(sequence_gradients(SnAp1(*e.network), e.X, e.dh), expected)


@given(**sizes)
def test_it_is_exact_for_the_bias_and_u_where_v_is_diagonal(
    T: int, B: int, I: int, H: int, f: str, seed: int, example: Callable, assert_equal: Callable
) -> None:
    e = example(T, B, I, H, f, seed)
    e = e._replace(V=e.V.diagonal().diag())
    exact = sequence_gradients(RTRL(*e.network), e.X, e.dh)
    assert_equal(sequence_gradients(SnAp1(*e.network), e.X, e.dh), exact)


def test_one_time_step_is_exact(example: Callable, assert_equal: Callable) -> None:
    e = example(T=1, B=3, I=4, H=5)
    assert_equal(sequence_gradients(SnAp1(*e.network), e.X, e.dh), e.bptt())


def test_it_is_biased_where_units_are_connected(example: Callable) -> None:
    e = example(T=5, B=1, I=2, H=4)
    found = sequence_gradients(SnAp1(*e.network), e.X, e.dh)
    assert (found.V - e.bptt().V).norm() > 0.01 * e.bptt().V.norm()
