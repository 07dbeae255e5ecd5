"""What training minimises, and the figures by which people judge it."""

import math
from typing import Protocol

from torch import Tensor
from torch.nn import functional

from elman.equations import sequence_cost


class Objective(Protocol):
    """The cost of a network's outputs, apart from any network."""

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The scalar to minimise."""

    def figures(self, cost: Tensor) -> dict[str, Tensor]:
        """What to report for a cost, by name; the first figure is the one to judge by."""


class NextCharacter:
    """`C_t = −log softmax(O_t)_{y_t}`, averaged (slide "Back propagation through time")."""

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The average cost of the time steps, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: numbers of the characters that came next, `(T, B)`.

        Returns:
            C: scalar.
        """
        # cross_entropy takes log softmax in one stable operation.
        costs = functional.cross_entropy(O.flatten(0, 1), y.flatten(), reduction="none")
        return sequence_cost(costs.view_as(y))  # C = (1/T) Σ_t C_t

    def figures(self, cost: Tensor) -> dict[str, Tensor]:
        """`bpc`, bits per character: the cost to the base 2."""
        return {"bpc": cost / math.log(2)}
