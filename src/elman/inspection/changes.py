"""Which weights should change, and how (slide "Gradient descent").

    0.31   w_0 should increase
    0.03   w_1 should increase (a little)
   −1.25   w_2 should decrease

The numbers are `−∂C/∂w`: how fast the cost decreases when a weight increases.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

LITTLE = 0.1  # "a little" is less than this fraction of the largest change in the list


class WeightChange(NamedTuple):
    """How a weight should change.

    Attributes:
        name: of the weight in its network: `layers.0.W[3, 7]`.
        flat_index: index in the vector of all weights.
        value: −∂C/∂w; if positive, the weight should increase.
    """

    name: str
    flat_index: int
    value: float


def weight_name(network: nn.Module, flat_index: int) -> str:
    """The name of a weight from its index in the vector of all weights: `layers.0.W[3, 7]`.

    Raises:
        IndexError: the network has fewer weights.
    """
    for name, parameter in network.named_parameters():
        if flat_index < parameter.numel():
            index = torch.unravel_index(torch.tensor(flat_index), parameter.shape)
            return f"{name}[{', '.join(str(int(i)) for i in index)}]"
        flat_index -= parameter.numel()
    raise IndexError("flat_index must be less than the number of weights")


def largest_changes(network: nn.Module, gradient: Tensor) -> list[WeightChange]:
    """The weight with the largest change, for each matrix W and each bias b of a network.

    Args:
        network: the network.
        gradient: ∂C/∂w of all weights, in the order of `network.parameters()`, `(n)`.
    """
    changes, first = [], 0
    for parameter in network.parameters():
        segment = gradient[first : first + parameter.numel()]
        index = first + int(segment.abs().argmax())
        changes.append(WeightChange(weight_name(network, index), index, float(-gradient[index])))
        first += parameter.numel()
    return changes


def format_changes(changes: list[WeightChange]) -> str:
    """The changes in the words of the slide, one in each line."""
    largest = max(abs(change.value) for change in changes)
    width = max(len(change.name) for change in changes)
    lines = []
    for name, _, value in changes:
        number = f"{value:.2g}".replace("-", "−")
        lines.append(f"{number:>9}   {name:{width}} should {in_words(value, largest)}")
    return "\n".join(lines)


def in_words(value: float, largest: float) -> str:
    """What a weight should do: `increase`, `decrease (a little)`, `stay as it is`.

    Args:
        value: −∂C/∂w of the weight.
        largest: the largest −∂C/∂w in the list, without its sign.
    """
    verb = "stay as it is" if value == 0 else "increase" if value > 0 else "decrease"
    little = " (a little)" if 0 < abs(value) < LITTLE * largest else ""
    return f"{verb}{little}"
