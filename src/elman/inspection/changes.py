"""Which weights should change and how (slide "Gradient descent").

    0.31   w_0 should increase
    0.03   w_1 should increase (a little)
   −1.25   w_2 should decrease

The numbers are `−∂C/∂w`: how fast the cost falls where a weight increases.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

LITTLE = 0.1  # of the largest change told beside it


class Change(NamedTuple):
    """What should happen to a weight.

    Attributes:
        name: of the weight in its network, `layers.0.W[3, 7]`.
        place: in the column of all weights.
        size: −∂C/∂w; above zero: the weight should increase.
    """

    name: str
    place: int
    size: float


def name_of(network: nn.Module, place: int) -> str:
    """What the weight at a place in the column of all weights is called in its network."""
    for name, parameter in network.named_parameters():
        if place < parameter.numel():
            index = torch.unravel_index(torch.tensor(place), parameter.shape)
            return f"{name}[{', '.join(str(int(i)) for i in index)}]"
        place -= parameter.numel()
    raise IndexError("place must be less than the number of weights")


def largest_changes(network: nn.Module, gradient: Tensor) -> list[Change]:
    """For each matrix W and bias b of a network the weight that should change most.

    Args:
        network: whose weights they are.
        gradient: ∂C/∂w of all weights, in the order of `network.parameters()`, `(n)`.
    """
    found, first = [], 0
    for parameter in network.parameters():
        part = -gradient[first : first + parameter.numel()]
        place = first + int(part.abs().argmax())
        found.append(Change(name_of(network, place), place, float(-gradient[place])))
        first += parameter.numel()
    return found


def tell_changes(changes: list[Change]) -> str:
    """The changes as the slide tells them, one a line."""
    largest = max(abs(change.size) for change in changes)
    width = max(len(change.name) for change in changes)
    lines = []
    for name, _, size in changes:
        number = f"{size:.2g}".replace("-", "−")
        way = "stay as it is" if size == 0 else "increase" if size > 0 else "decrease"
        little = " (a little)" if 0 < abs(size) < LITTLE * largest else ""
        lines.append(f"{number:>9}   {name:{width}} should {way}{little}")
    return "\n".join(lines)
