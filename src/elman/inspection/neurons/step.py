"""One step of gradient descent on a few examples (slide "Gradient descent")."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from elman.equations import squared_error
from elman.inspection.weights import cost_at

RATES = (0.03, 0.3, 3.0, 30.0)  # η; with the largest, the cost may rise


class Steps(NamedTuple):
    """The cost before and after one step, for each learning rate in `RATES`.

    Attributes:
        gradient: ∂C/∂w, the mean of the examples' ∂C₀/∂w, `(n)`.
        w_after: all weights after the step, `(R, n)`.
        C_after: C₀ of each example after the step, `(R, N)`.
    """

    gradient: Tensor
    w_after: Tensor
    C_after: Tensor


@torch.no_grad()
def descend(w: Tensor, network: nn.Module, gradients: Tensor, inputs: Tensor, y: Tensor) -> Steps:
    """One step from the weights w, for each learning rate.

    Args:
        w: all weights and biases, in the order of `network.parameters()`, `(n)`.
        network: its own weights do not change.
        gradients: ∂C₀/∂w of each example, `(N, n)`.
        inputs: a^(0), `(N, in)`.
        y: the wanted activations of the last layer, `(N, K)`.
    """
    # ∂C/∂w = (1/N) Σ ∂C₀/∂w
    gradient = gradients.mean(0)
    # w ← w − η ∂C/∂w
    w_after = torch.stack([w - η * gradient for η in RATES])
    C_after = torch.stack([cost_at(each, network, squared_error, inputs, y) for each in w_after])
    return Steps(gradient, w_after, C_after)
