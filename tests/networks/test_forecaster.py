from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from elman import RNN
from elman.networks import Forecaster
from elman.networks.forecaster import seasonal_naive
from elman.tasks.forecasting.baselines import persistence


@given(s=st.integers(1, 6), more=st.integers(1, 4), K=st.integers(1, 15))
def test_equations_of_the_baselines_and_the_forecast(s: int, more: int, K: int) -> None:
    T = s + more
    x = np.random.default_rng(0).normal(size=(2, T))
    naive = np.array([[row[T - 1 + k - s * -(-k // s)] for k in range(1, K + 1)] for row in x])
    last = np.array([[row[-1]] * K for row in x])
    tensor = torch.from_numpy(x)
    np.testing.assert_array_equal(seasonal_naive(tensor, s, K), naive)
    np.testing.assert_array_equal(persistence(tensor, K), last)

    network = Forecaster(s, K, 5, RNN).double()
    U, V, b, W, c = (
        weight.detach().numpy()
        for weight in (network.rnn.U, network.rnn.V, network.rnn.b, *network.readout.parameters())
    )
    h = np.zeros((2, 5))
    for t in range(s, T):
        h = np.tanh((x[:, t : t + 1] - x[:, t - s : t - s + 1]) @ U + h @ V + b)
    forecast = network(tensor).detach().numpy()
    np.testing.assert_allclose(forecast, naive + c + h @ W.T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_several_layers_use_the_last_one(layer: Any) -> None:
    network = Forecaster(2, 3, 5, partial(layer, num_layers=2))
    x = torch.randn(4, 7)
    _, h_n = network.rnn((x[:, 2:] - x[:, :-2]).T.unsqueeze(-1))
    torch.testing.assert_close(network(x), x[:, [-2, -1, -2]] + network.readout(h_n[1]))
    assert network(*network.example_inputs()).shape == (2, 3)


@pytest.mark.parametrize("argument", ["season", "horizon", "hidden_size"])
def test_bad_sizes(argument: str) -> None:
    sizes = {"season": 3, "horizon": 5, "hidden_size": 4, argument: 0}
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        Forecaster(**sizes, rnn=RNN)


@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_rejects_unsupported_layers(flag: str) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in Forecaster"):
        Forecaster(3, 5, 4, partial(RNN, **{flag: True}))  # type: ignore[arg-type]
