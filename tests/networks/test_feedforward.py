from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from elman import equations
from elman.networks import FeedforwardNetwork
from elman.reference.feedforward import (
    Layer,
    backpropagation,
    feedforward,
    gradient_descent,
    squared_error_gradient,
)


def reference_layers(network: FeedforwardNetwork) -> list[Layer]:
    return [Layer(layer.W.detach().numpy(), layer.b.detach().numpy()) for layer in network.layers]


def cost(network: FeedforwardNetwork, a: Tensor, y: Tensor) -> Tensor:
    return equations.squared_error(network(a), y).mean()


@given(
    sizes=st.lists(st.integers(1, 7), min_size=2, max_size=5),
    N=st.integers(1, 6),
    activation=st.sampled_from(["sigmoid", "relu", "tanh"]),
    seed=st.integers(0, 999),
)
def test_activations_and_gradients_equal_the_reference(
    sizes: list[int], N: int, activation: str, seed: int
) -> None:
    torch.manual_seed(seed)
    network = FeedforwardNetwork(sizes, activation, dtype=torch.float64)
    a = torch.randn(N, sizes[0], dtype=torch.float64, requires_grad=True)
    y = torch.randn(N, sizes[-1], dtype=torch.float64)
    cost(network, a, y).backward()

    layers = reference_layers(network)
    activations = feedforward(a.detach().numpy(), layers, activation)
    np.testing.assert_allclose(network(a).detach(), activations[-1], rtol=1e-12, atol=1e-12)
    dC_da = squared_error_gradient(activations[-1], y.numpy())
    found = backpropagation(dC_da, activations, layers, activation)
    np.testing.assert_allclose(a.grad, found.a, rtol=1e-12, atol=1e-12)
    for layer, gradients in zip(network.layers, found.layers, strict=True):
        np.testing.assert_allclose(layer.W.grad, gradients.W, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(layer.b.grad, gradients.b, rtol=1e-12, atol=1e-12)


def test_last_activation() -> None:
    a = torch.rand(2, 3)
    plain = FeedforwardNetwork([3, 4, 2], "relu", last_activation="identity")
    hidden, last = plain.layers
    torch.testing.assert_close(plain(a), torch.relu(a @ hidden.W.T + hidden.b) @ last.W.T + last.b)
    other = FeedforwardNetwork([3, 4, 2], "relu", last_activation="sigmoid")
    other.load_state_dict(plain.state_dict())
    torch.testing.assert_close(other(a), torch.sigmoid(plain(a)))


def test_equals_the_reference_for_100_steps_of_training() -> None:
    torch.manual_seed(0)
    network = FeedforwardNetwork([6, 5, 4, 3], dtype=torch.float64)
    a, y = torch.rand(8, 6).double(), torch.rand(8, 3).double()
    layers = reference_layers(network)
    layers = [Layer(W.copy(), b.copy()) for W, b in layers]
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    for _ in range(100):
        optimizer.zero_grad()
        cost(network, a, y).backward()
        optimizer.step()
        activations = feedforward(a.numpy(), layers)
        dC_da = squared_error_gradient(activations[-1], y.numpy())
        layers = gradient_descent(layers, backpropagation(dC_da, activations, layers).layers, 0.5)
    for ours, theirs in zip(reference_layers(network), layers, strict=True):
        np.testing.assert_allclose(ours.W, theirs.W, rtol=1e-10)
        np.testing.assert_allclose(ours.b, theirs.b, rtol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sizes": [5]}, ValueError, r"sizes must be a list of at least 2, got \[5\]"),
        ({"sizes": [5, 0]}, ValueError, r"sizes\[1\] must be greater than zero, got 0"),
        ({"sizes": [5, 1.5]}, TypeError, r"sizes\[1\] must be an int, got 1.5"),
        (
            {"sizes": [5, 2], "last_activation": "gelu"},
            ValueError,
            "last_activation must be one of tanh",
        ),
        ({"sizes": [5, 2], "activation": "gelu"}, ValueError, "activation must be one of tanh"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        FeedforwardNetwork(**arguments)


def test_an_input_of_another_size() -> None:
    with pytest.raises(ValueError, match=r"sizes\[0\] must be the input size 6, got 5"):
        FeedforwardNetwork([5, 2])(torch.rand(3, 6))
