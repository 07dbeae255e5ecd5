"""All weights of a network as one column `w`, and the cost as a function of it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

Cost = Callable[[Tensor, Tensor], Tensor]  # of outputs O and of what is wanted of them


def cost_at(w: Tensor, network: nn.Module, cost: Cost, inputs: Tensor, y: Tensor) -> Tensor:
    """`C(w)`: what the network costs on examples where its weights are `w`.

    Args:
        w: all weights, in the order of `network.parameters()`, `(n)`.
        network: whose own weights stay as they are.
        cost: the mean cost of the examples, of the outputs and y.
        inputs: of the examples, `(B, …)`.
        y: what is wanted of them, `(B, …)`.

    Returns:
        C: scalar.
    """
    parameters = dict(network.named_parameters())
    parts = w.split([parameter.numel() for parameter in parameters.values()])
    weights = {
        name: part.view_as(parameter)
        for (name, parameter), part in zip(parameters.items(), parts, strict=True)
    }
    return cost(functional_call(network, weights, (inputs,)), y)


def names_of(network: nn.Module, numbers: Tensor) -> list[str]:
    """What the weights at these places of `w` are called in the network: `layers.0.W[3, 7]`."""
    names = []
    for number in numbers.tolist():
        place = number
        for name, parameter in network.named_parameters():
            if place < parameter.numel():
                index = torch.unravel_index(torch.tensor(place), parameter.shape)
                names.append(f"{name}[{', '.join(str(int(i)) for i in index)}]")
                break
            place -= parameter.numel()
    return names
