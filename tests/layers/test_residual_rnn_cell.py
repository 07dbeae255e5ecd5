from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call

from elman import RNN, ResidualRNNCell


def residual(**options: Any) -> RNN:
    rnn = RNN(3, 4, cell=ResidualRNNCell, dtype=torch.float64, **options)
    for cell in rnn.cells:  # α and β of different, middle size
        nn.init.normal_(cell.alpha_hat)
        nn.init.normal_(cell.beta_hat)
    return rnn


@given(T=st.integers(1, 6), bias=st.booleans(), seed=st.integers(0, 999))
def test_equals_a_loop_in_numpy(T: int, bias: bool, seed: int) -> None:
    torch.manual_seed(seed)
    rnn = residual(bias=bias)
    [cell] = rnn.cells
    X, h_0 = torch.randn(T, 2, 3).double(), torch.randn(1, 2, 4).double()
    U, V = rnn.U.detach().numpy(), rnn.V.detach().numpy()
    b = rnn.b.detach().numpy() if bias else 0
    α, β = (1 / (1 + np.exp(-x.item())) for x in (cell.alpha_hat, cell.beta_hat))
    h_t, expected = h_0[0].numpy(), []
    for X_t in X.numpy():
        h_t = β * h_t + α * np.tanh(X_t @ U + h_t @ V + b)
        expected.append(h_t)
    found = rnn(X, h_0)[0].detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_derivatives_of_both_orders_in_layers_with_lengths() -> None:
    rnn = residual(num_layers=2, bidirectional=True)
    names = [name for name, _ in rnn.named_parameters()]

    def compute(X: Tensor, *weights: Tensor) -> Any:
        return functional_call(
            rnn, dict(zip(names, weights, strict=True)), (X, None, torch.tensor([3, 1]))
        )

    arguments = (torch.randn(3, 2, 3).double().requires_grad_(), *rnn.parameters())
    assert torch.autograd.gradcheck(compute, arguments, fast_mode=True)
    assert torch.autograd.gradgradcheck(compute, arguments, fast_mode=True)


def test_lengths_are_those_of_each_sequence_alone() -> None:
    rnn, X = residual(bidirectional=True), torch.randn(5, 2, 3).double()
    output, h_n = rnn(X, lengths=torch.tensor([5, 2]))
    alone, h_n_alone = rnn(X[:2, 1:])
    torch.testing.assert_close(output[:2, 1:], alone, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(h_n[:, 1:], h_n_alone, rtol=1e-12, atol=1e-12)
    assert (output[2:, 1] == 0).all()


def test_new_initial_weights() -> None:
    rnn = residual()
    [cell] = rnn.cells
    V = rnn.V.detach().clone()
    rnn.reset_parameters()
    assert (cell.alpha_hat.item(), cell.beta_hat.item()) == (-3, 3)
    assert not torch.equal(rnn.V, V)
    assert (cell.alpha_hat.item(), cell.beta_hat.item()) == tuple(
        x.item() for x in (ResidualRNNCell(3, 4).alpha_hat, ResidualRNNCell(3, 4).beta_hat)
    )


def test_torch_does_not_have_it() -> None:
    with pytest.raises(ValueError, match="has no ResidualRNNCell, which overrides step"):
        residual().to_torch()
    with pytest.raises(ValueError, match="auto or unrolled for ResidualRNNCell"):
        residual(engine="bptt")(torch.zeros(5, 2, 3).double())
