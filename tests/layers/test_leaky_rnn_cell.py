from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.func import functional_call

from elman import RNN, LeakyRNNCell, RNNCell

NONLINEARITIES = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}


def leaky(alpha: float, **options: Any) -> RNN:
    return RNN(3, 4, cell=partial(LeakyRNNCell, alpha=alpha), dtype=torch.float64, **options)


@given(
    T=st.integers(1, 6),
    alpha=st.floats(0, 1),
    f=st.sampled_from(sorted(NONLINEARITIES)),
    bias=st.booleans(),
    seed=st.integers(0, 999),
)
def test_equals_a_loop_in_numpy(T: int, alpha: float, f: str, bias: bool, seed: int) -> None:
    torch.manual_seed(seed)
    rnn = leaky(alpha, nonlinearity=f, bias=bias)
    X, h_0 = torch.randn(T, 2, 3).double(), torch.randn(1, 2, 4).double()
    U, V = rnn.U.detach().numpy(), rnn.V.detach().numpy()
    b = rnn.b.detach().numpy() if bias else 0
    h_t, expected = h_0[0].numpy(), []
    for X_t in X.numpy():
        h_t = (1 - alpha) * h_t + alpha * NONLINEARITIES[f](X_t @ U + h_t @ V + b)
        expected.append(h_t)
    found = rnn(X, h_0)[0].detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_derivatives_of_both_orders_in_layers_with_lengths() -> None:
    rnn = leaky(0.3, num_layers=2, bidirectional=True)
    names = [name for name, _ in rnn.named_parameters()]

    def compute(X: Tensor, *weights: Tensor) -> Any:
        return functional_call(
            rnn, dict(zip(names, weights, strict=True)), (X, None, torch.tensor([3, 1]))
        )

    arguments = (torch.randn(3, 2, 3).double().requires_grad_(), *rnn.parameters())
    assert torch.autograd.gradcheck(compute, arguments, fast_mode=True)
    assert torch.autograd.gradgradcheck(compute, arguments, fast_mode=True)


def test_with_alpha_one_it_is_the_plain_cell_and_with_zero_it_never_changes() -> None:
    X, h_0 = torch.randn(5, 2, 3).double(), torch.randn(1, 2, 4).double()
    rnn, plain = leaky(1.0), RNN(3, 4, dtype=torch.float64)
    plain.load_state_dict(rnn.state_dict())
    torch.testing.assert_close(rnn(X, h_0), plain(X, h_0), rtol=1e-12, atol=1e-12)
    assert torch.equal(leaky(0.0)(X, h_0)[0], h_0.expand(5, 2, 4))


def test_lengths_are_those_of_each_sequence_alone() -> None:
    rnn, X = leaky(0.3, bidirectional=True), torch.randn(5, 2, 3).double()
    output, h_n = rnn(X, lengths=torch.tensor([5, 2]))
    alone, h_n_alone = rnn(X[:2, 1:])
    torch.testing.assert_close(output[:2, 1:], alone, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(h_n[:, 1:], h_n_alone, rtol=1e-12, atol=1e-12)
    assert (output[2:, 1] == 0).all()


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match=r"alpha must be a number from 0 to 1, got 1\.5"):
        LeakyRNNCell(3, 4, alpha=1.5)
    with pytest.raises(ValueError, match="has no LeakyRNNCell, which overrides step"):
        leaky(0.5).to_torch()
    with pytest.raises(ValueError, match="auto or unrolled for LeakyRNNCell"):
        leaky(0.5, engine="compiled")(torch.zeros(5, 2, 3).double())


def test_repr_and_a_single_step() -> None:
    cell = LeakyRNNCell(3, 4, alpha=0.25)
    assert repr(cell) == "LeakyRNNCell(3, 4, nonlinearity='tanh', alpha=0.25)"
    plain = RNNCell(3, 4)
    plain.load_state_dict(cell.state_dict())
    X, h = torch.randn(2, 3), torch.randn(2, 4)
    torch.testing.assert_close(cell(X, h), 0.75 * h + 0.25 * plain(X, h))
