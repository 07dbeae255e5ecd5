import numpy as np
import pytest
import torch
from torch.nn.utils import parameters_to_vector

from elman.inspection.example_gradients import example_gradients
from elman.inspection.neurons.passes import forward_and_backward
from elman.networks import FeedforwardNetwork
from elman.reference import feedforward as reference
from elman.training.class_objectives import SquaredError

N, SIZES = 7, [9, 5, 4, 3]


@pytest.mark.parametrize("σ", ["sigmoid", "tanh", "relu"])
def test_the_passes_are_those_of_the_reference_and_of_autograd(σ: str) -> None:
    torch.manual_seed(0)
    network = FeedforwardNetwork(SIZES, σ, dtype=torch.float64)
    inputs, digits = torch.randn(N, 9, dtype=torch.float64), torch.arange(N) % 3
    passes = forward_and_backward(network, inputs, torch.eye(3, dtype=torch.float64)[digits])

    layers = [
        reference.Layer(layer.W.detach().numpy(), layer.b.detach().numpy())  # type: ignore[union-attr, operator]
        for layer in network.layers
    ]
    activations = reference.feedforward(inputs.numpy(), layers, σ)
    y = np.eye(3)[digits.numpy()]
    dC_da = reference.squared_error_gradient(activations[-1], y)
    expected = reference.example_gradients(dC_da, activations, layers, σ)
    np.testing.assert_allclose(passes.C, reference.squared_error(activations[-1], y), rtol=1e-13)
    np.testing.assert_allclose(passes.layers[-1].dC_da, dC_da, rtol=1e-13)
    np.testing.assert_allclose(passes.layers[0].dC_da_previous, expected.a, atol=1e-14)
    for l, layer in enumerate(passes.layers):
        W, b = layers[l]
        np.testing.assert_allclose(layer.a_previous, activations[l], atol=1e-14)
        np.testing.assert_allclose(layer.z, activations[l] @ W.T + b, atol=1e-14)
        np.testing.assert_allclose(layer.a, activations[l + 1], atol=1e-14)
        np.testing.assert_allclose(layer.dC_dW, expected.layers[l].W, atol=1e-14)
        np.testing.assert_allclose(layer.dC_dz, expected.layers[l].b, atol=1e-14)
        np.testing.assert_allclose(layer.da_dz * layer.dC_da, expected.layers[l].b, atol=1e-14)
        if l > 0:
            assert torch.equal(passes.layers[l - 1].dC_da, layer.dC_da_previous)

    w = parameters_to_vector(network.parameters()).detach()
    autograd = example_gradients(w, network, SquaredError().cost, inputs, digits)
    torch.testing.assert_close(passes.gradients(), autograd, atol=1e-14, rtol=0)
