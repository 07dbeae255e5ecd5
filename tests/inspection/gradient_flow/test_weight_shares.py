from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import elman
from elman.inspection.gradient_flow import gradient_flow, weight_shares

close = partial(torch.testing.assert_close, rtol=1e-10, atol=1e-14)


@given(
    T=st.integers(2, 5),
    B=st.integers(1, 3),
    H=st.integers(1, 4),
    bidirectional=st.booleans(),
    nonlinearity=st.sampled_from(["tanh", "relu", "sigmoid"]),
    shortest=st.integers(1, 5),
)
def test_the_shares_sum_to_the_gradients(
    T: int, B: int, H: int, bidirectional: bool, nonlinearity: str, shortest: int
) -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(3, H, 2, nonlinearity, bidirectional=bidirectional, dtype=torch.float64)
    X, h_0 = torch.randn(T, B, 3).double(), torch.randn(len(rnn.cells), B, H).double()
    lengths = torch.full((B,), T)
    lengths[-1] = min(T, shortest)
    costs = [
        lambda output: (output[0] + 1).square().sum(-1) / T,
        lambda output: output[1].square()[:, 0],
    ]
    for step_costs in costs:
        rnn.zero_grad()
        step_costs(rnn(X, h_0, lengths)).sum().backward()
        found = gradient_flow(rnn, (X, h_0, lengths), step_costs)
        for cell, flow in zip(rnn.cells, found.cells, strict=True):
            for name, share in weight_shares(flow)._asdict().items():
                gradient = getattr(cell, name).grad
                close(share.total, gradient)
                close(share.along.sum(), gradient.norm())
                assert (share.along <= share.norm + 1e-12).all()


def test_the_share_of_each_time_step() -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(3, 4, dtype=torch.float64)
    X = torch.randn(5, 2, 3).double()
    (flow,) = gradient_flow(rnn, X, lambda output: output[0].square().sum(-1)).cells
    h = torch.cat([torch.zeros(1, 2, 4), flow.h])
    shares = weight_shares(flow)
    for t in range(5):
        dC_da = flow.gradient[t] * (1 - h[t + 1] ** 2)
        g = {"U": X[t].T @ dC_da, "V": h[t].T @ dC_da, "b": dC_da.sum(0)}
        for name, g_t in g.items():
            share = getattr(shares, name)
            close(share.norm[t], g_t.norm())
            close(share.along[t], (g_t * share.total).sum() / share.total.norm())


def test_another_equation() -> None:
    rnn = elman.RNN(3, 4, cell=elman.LayerNormRNNCell)
    (flow,) = gradient_flow(rnn, torch.randn(5, 2, 3), lambda output: output[0].sum(-1)).cells
    with pytest.raises(ValueError, match=r"cells.0 must have the equation a_t = X_t U"):
        weight_shares(flow)
