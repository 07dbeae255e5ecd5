import numpy as np
import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from elman.inspection.neurons.passes import forward_and_backward
from elman.inspection.neurons.step import RATES, descend
from elman.networks import FeedforwardNetwork
from elman.reference import feedforward as reference


def test_a_step_is_that_of_the_reference() -> None:
    torch.manual_seed(0)
    network = FeedforwardNetwork([9, 4, 3], dtype=torch.float64)
    inputs, y = torch.rand(6, 9, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[[0, 1] * 3]
    w = parameters_to_vector(network.parameters()).detach()
    steps = descend(w, network, forward_and_backward(network, inputs, y).gradients(), inputs, y)
    assert torch.equal(parameters_to_vector(network.parameters()), w)

    layers = [
        reference.Layer(layer.W.detach().numpy(), layer.b.detach().numpy())  # type: ignore[union-attr, operator]
        for layer in network.layers
    ]
    activations = reference.feedforward(inputs.numpy(), layers)
    dC_da = reference.squared_error_gradient(activations[-1], y.numpy())
    gradients = reference.backpropagation(dC_da, activations, layers).layers
    flat = np.concatenate([each.ravel() for layer in gradients for each in layer])
    np.testing.assert_allclose(steps.gradient, flat, atol=1e-14)
    for r, η in enumerate(RATES):
        after = reference.gradient_descent(layers, gradients, η)
        C = reference.squared_error(reference.feedforward(inputs.numpy(), after)[-1], y.numpy())
        np.testing.assert_allclose(steps.C_after[r], C, atol=1e-13)
        vector_to_parameters(steps.w_after[r], network.parameters())
        np.testing.assert_allclose(network.layers[1].W.detach(), after[1].W, atol=1e-13)  # type: ignore[union-attr, operator]
