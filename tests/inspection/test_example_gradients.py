import functools

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import grad
from torch.nn.utils import parameters_to_vector

import elman
from elman.inspection.example_gradients import count_improving, example_gradients
from elman.inspection.weights import cost_at
from elman.networks import ConvolutionalNetwork, FeedforwardNetwork, SequenceAutoencoder
from elman.reference import feedforward as reference
from elman.tasks.digits.objective import Reconstruction
from elman.training.class_objectives import CrossEntropy, SquaredError
from elman.training.objectives import Objective

N, CLASSES = 23, 3  # more examples than one chunk
a = torch.rand(N, 36, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
y = torch.arange(N) % CLASSES


def weights(network: nn.Module) -> Tensor:
    return parameters_to_vector(network.parameters()).detach().double()


@pytest.mark.parametrize("σ", ["sigmoid", "tanh"])
def test_the_gradients_are_those_of_the_reference(σ: str) -> None:
    network = FeedforwardNetwork([36, 5, 4, CLASSES], activation=σ, dtype=torch.float64)
    gradients = example_gradients(weights(network), network, SquaredError().cost, a, y)

    layers = [
        reference.Layer(layer.W.detach().numpy(), layer.b.detach().numpy())  # type: ignore[union-attr, operator]
        for layer in network.layers
    ]
    activations = reference.feedforward(a.numpy(), layers, σ)
    dC_da = reference.squared_error_gradient(activations[-1], np.eye(CLASSES)[y.numpy()])
    expected = reference.example_gradients(dC_da, activations, layers, σ).layers
    columns = [each.reshape(N, -1) for layer in expected for each in layer]
    np.testing.assert_allclose(gradients.numpy(), np.concatenate(columns, axis=1), atol=1e-12)


RNN = functools.partial(elman.RNN, num_layers=2)
NETWORKS = [
    (FeedforwardNetwork([36, 5, CLASSES]), SquaredError(), y),
    (ConvolutionalNetwork(6, [2, 3], CLASSES, dropout=0.5), CrossEntropy(), y),
    (SequenceAutoencoder(6, 5, 2, RNN), Reconstruction(), a),
]


@pytest.mark.parametrize(
    ("network", "objective", "y"), NETWORKS, ids=[type(each).__name__ for each, _, _ in NETWORKS]
)
def test_the_mean_of_the_gradients_is_the_gradient_of_the_batch(
    network: nn.Module, objective: Objective, y: Tensor
) -> None:
    network = network.double().eval()
    gradients = example_gradients(weights(network), network, objective.cost, a, y)
    assert gradients.shape == (N, sum(p.numel() for p in network.parameters()))

    batch = torch.autograd.grad(objective.cost(network(a), y), list(network.parameters()))
    torch.testing.assert_close(gradients.mean(0), parameters_to_vector(batch), atol=1e-14, rtol=0)
    for n in (0, N - 1):
        cost = objective.cost(network(a[n : n + 1]), y[n : n + 1])
        own = torch.autograd.grad(cost, list(network.parameters()))
        torch.testing.assert_close(gradients[n], parameters_to_vector(own), atol=1e-14, rtol=0)


def test_the_built_in_recurrent_layer_is_refused() -> None:
    network = SequenceAutoencoder(6, 5, 2, nn.RNN)
    with pytest.raises(ValueError, match=r"need a network on elman\.RNN \(rnn=elman\)"):
        example_gradients(weights(network), network, Reconstruction().cost, a, a)


def test_the_improving_examples_cost_less_after_a_step() -> None:
    torch.manual_seed(0)
    network = FeedforwardNetwork([36, 5, CLASSES], last_activation="identity")
    w, cost = weights(network), CrossEntropy().cost
    step = -1e-6 * grad(cost_at)(w, network, cost, a, y)
    less = [
        cost_at(w + step, network, cost, x[None], k[None])
        < cost_at(w, network, cost, x[None], k[None])
        for x, k in zip(a, y, strict=True)
    ]
    improving = count_improving(example_gradients(w, network, cost, a, y))
    assert improving == sum(less)
    assert 0 < improving < N
