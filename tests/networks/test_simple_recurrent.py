from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from elman import RNN, reference
from elman.networks import SimpleRecurrentNetwork


def network(rnn: type[nn.Module] = RNN) -> SimpleRecurrentNetwork:
    torch.manual_seed(0)
    return SimpleRecurrentNetwork(3, 4, 5, rnn).double()


def test_the_outputs_are_those_of_the_reference() -> None:
    made = network()
    X = torch.rand(6, 2, 3, dtype=torch.float64)
    h_0 = torch.rand(1, 2, 5, dtype=torch.float64)
    with torch.no_grad():
        y_hat, h_n = made(X, h_0)
    weights = (made.rnn.U, made.rnn.V, made.rnn.b, made.readout.W, made.readout.c)
    U, V, b, W, c = (w.detach().numpy() for w in weights)
    h = reference.recurrence(X.numpy(), h_0[0].numpy(), U, V, b)
    O = reference.readout(h, W, c)
    np.testing.assert_allclose(y_hat, 1 / (1 + np.exp(-O)), rtol=1e-12)
    np.testing.assert_allclose(h_n[0], h[-1], rtol=1e-12)


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_two_segments_with_the_state_passed_on_equal_the_whole(rnn: type[nn.Module]) -> None:
    made = network(rnn)
    X = torch.rand(6, 2, 3, dtype=torch.float64)
    whole, h_n = made(X)
    first, h = made(X[:4])
    second, h = made(X[4:], h)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    torch.testing.assert_close(h, h_n)


def test_tanh_and_a_state_of_0_compute_what_logistic_units_and_0_5_do() -> None:
    """tanh(a) = 2 σ(2a) − 1: the same function with other weights."""
    logistic = SimpleRecurrentNetwork(3, 4, 5, partial(RNN, nonlinearity="sigmoid")).double()
    ours = network()
    with torch.no_grad():
        U, V, b = logistic.rnn.U, logistic.rnn.V, logistic.rnn.b
        # h = (h′ + 1) / 2, where h′ = tanh(a/2)
        ours.rnn.U.copy_(U / 2)
        ours.rnn.V.copy_(V / 4)
        ours.rnn.b.copy_(b / 2 + V.sum(0) / 4)
        ours.readout.W.copy_(logistic.readout.W / 2)
        ours.readout.c.copy_(logistic.readout.c + logistic.readout.W.sum(1) / 2)
    X = torch.rand(6, 2, 3, dtype=torch.float64)
    half = torch.full((1, 2, 5), 0.5, dtype=torch.float64)
    torch.testing.assert_close(ours(X)[0], logistic(X, half)[0], rtol=1e-12, atol=1e-12)


def test_example_inputs() -> None:
    made = network()
    assert made(*made.example_inputs())[0].shape == (3, 2, 4)


def test_a_layer_that_sees_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rnn\.bidirectional must be false in SimpleRecurrent"):
        SimpleRecurrentNetwork(3, 4, 5, partial(RNN, bidirectional=True))


@pytest.mark.parametrize("sizes", [(0, 4, 5), (3, 0, 5), (3, 4, 0)])
def test_sizes_must_be_positive(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"_size must be greater than zero, got 0"):
        SimpleRecurrentNetwork(*sizes, RNN)
