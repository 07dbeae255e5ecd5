"""The cost as a function of all weights of a network, in one vector `w`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

Cost = Callable[[Tensor, Tensor], Tensor]  # of outputs O and targets y


def cost_at(w: Tensor, network: nn.Module, cost: Cost, inputs: Tensor, y: Tensor) -> Tensor:
    """`C(w)`: the cost of a network with the weights `w` on some examples.

    Args:
        w: all weights and biases, in the order of `network.parameters()`, `(n)`.
        network: its own weights do not change.
        cost: the mean cost of the examples, of outputs and targets.
        inputs: inputs of the examples, `(N, …)`.
        y: targets of the examples, `(N, …)`.

    Returns:
        C: scalar.
    """
    parameters = dict(network.named_parameters())
    segments = torch.split(w, [parameter.numel() for parameter in parameters.values()])
    weights = {
        name: segment.view_as(parameter)
        for (name, parameter), segment in zip(parameters.items(), segments, strict=True)
    }
    return cost(functional_call(network, weights, (inputs,)), y)
