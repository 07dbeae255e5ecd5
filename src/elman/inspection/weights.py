"""The cost as a function of all weights of a network, which stand in one column `w`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

Cost = Callable[[Tensor, Tensor], Tensor]  # of outputs O and of what is wanted of them


def cost_at(w: Tensor, network: nn.Module, cost: Cost, inputs: Tensor, y: Tensor) -> Tensor:
    """`C(w)`: what a network costs on examples where its weights are `w`.

    Args:
        w: all weights, in the order of `network.parameters()`, `(n)`.
        network: whose own weights stay as they are.
        cost: the mean cost of the examples, of the outputs and y.
        inputs: of the examples, `(N, …)`.
        y: what is wanted of them, `(N, …)`.

    Returns:
        C: scalar.
    """
    parameters = dict(network.named_parameters())
    parts = torch.split(w, [parameter.numel() for parameter in parameters.values()])
    weights = {
        name: part.view_as(parameter)
        for (name, parameter), part in zip(parameters.items(), parts, strict=True)
    }
    return cost(functional_call(network, weights, (inputs,)), y)
