"""The forward and the backward pass of single examples, each number by an equation of the slides.

The forward pass goes from the input to the cost (slide "How the network works"), the backward pass
from the cost to the input (slides "Backpropagation" and "Backpropagation: calculus").
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor

from elman.equations import (
    activation,
    activation_gradient,
    previous_activation_gradient,
    squared_error,
    squared_error_gradient,
    weight_gradient,
    weighted_sum,
)
from elman.layers import Dense
from elman.networks import FeedforwardNetwork


class LayerPass(NamedTuple):
    """What one layer computes for N examples.

    Attributes:
        a_previous: a^(l−1), which is also ∂z/∂w, `(N, in)`.
        W: `(out, in)`.
        b: `(out)`.
        z: `(N, out)`.
        a: `(N, out)`.
        dC_da: ∂C₀/∂a, `(N, out)`.
        da_dz: ∂a/∂z, `(N, out)`.
        dC_dz: ∂C₀/∂z, which is also ∂C₀/∂b, `(N, out)`.
        dC_dW: ∂C₀/∂w, `(N, out, in)`.
        dC_da_previous: ∂C₀/∂a^(l−1), `(N, in)`.
    """

    a_previous: Tensor
    W: Tensor
    b: Tensor
    z: Tensor
    a: Tensor
    dC_da: Tensor  # noqa: N815
    da_dz: Tensor
    dC_dz: Tensor  # noqa: N815
    dC_dW: Tensor  # noqa: N815
    dC_da_previous: Tensor  # noqa: N815


class Passes(NamedTuple):
    """Both passes of N examples: their costs C₀ `(N)`, and what each layer computes."""

    C: Tensor
    layers: list[LayerPass]

    def gradients(self) -> Tensor:
        """∂C₀/∂w of all weights and biases, in the order of `network.parameters()`, `(N, n)`."""
        return torch.cat(
            [each.flatten(1) for layer in self.layers for each in (layer.dC_dW, layer.dC_dz)], dim=1
        )


@torch.no_grad()
def forward_and_backward(network: FeedforwardNetwork, inputs: Tensor, y: Tensor) -> Passes:
    """Both passes of each example.

    Args:
        network: its σ are sigmoid, ReLU or tanh.
        inputs: a^(0), `(N, in)`.
        y: the wanted activations of the last layer, `(N, K)`.
    """
    layers = [cast("Dense", layer) for layer in network.layers]
    weights = [(layer.W.detach(), layer.b.detach()) for layer in layers]
    activations, sums = [inputs], []
    for layer, (W, b) in zip(layers, weights, strict=True):
        # z^(l) = W^(l) a^(l−1) + b^(l)
        sums.append(weighted_sum(activations[-1], W, b))
        # a^(l) = σ(z^(l))
        activations.append(activation(sums[-1], layer.σ))
    # C₀ = Σ (a^(L) − y)²
    C = squared_error(activations[-1], y)

    # ∂C₀/∂a^(L) = 2 (a^(L) − y)
    dC_da = squared_error_gradient(activations[-1], y)
    passes: list[LayerPass] = []
    for l in reversed(range(len(layers))):
        (W, b), a_previous, a = weights[l], activations[l], activations[l + 1]
        # ∂a/∂z = σ′(z)
        da_dz = activation_gradient(a, layers[l].σ)
        # ∂C₀/∂z = ∂a/∂z · ∂C₀/∂a
        dC_dz = da_dz * dC_da
        # ∂C₀/∂w = ∂z/∂w · ∂a/∂z · ∂C₀/∂a
        dC_dW = weight_gradient(a_previous, dC_dz)
        # ∂C₀/∂a^(l−1) = Wᵀ ∂C₀/∂z
        dC_da_previous = previous_activation_gradient(dC_dz, W)
        passes.insert(
            0,
            LayerPass(a_previous, W, b, sums[l], a, dC_da, da_dz, dC_dz, dC_dW, dC_da_previous),
        )
        dC_da = dC_da_previous
    return Passes(C, passes)
