"""The objective of a network that predicts which symbols may come next in a formal language."""

import torch
from torch import Tensor

from elman.training.objectives import Objective


class NextSymbols(Objective):
    """`C_t = −Σ_k y_tk log softmax(O_t)_k`, averaged over the time steps of each string.

    Targets y are `(T, B, K)`: at each time step the probability is spread evenly over the symbols
    that may come next. After the end of a string all are zero.
    """

    metric = "strings"
    mode = "max"
    summary = "{strings:.1%} of the strings right"
    label = "strings right"
    softmax = True

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the strings, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: probabilities of the next symbols, `(T, B, K)`.

        Returns:
            C: scalar.
        """
        return self.step_costs(O, y).sum()

    def step_costs(self, O: Tensor, y: Tensor) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        costs = -(y * O.log_softmax(-1)).sum(-1)  # (T, B)
        # C = (1/T) Σ_t C_t of each string, and the mean over the B strings
        return costs / (y.sum((0, -1)) * y.shape[1])

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`strings`: the fraction of strings all of whose predictions are right; and `cost`."""
        return {"strings": all_right(O, y).all(0).to(O.dtype).mean(), "cost": cost}

    def count(self, y: Tensor) -> int:
        """The number of strings."""
        return y.shape[1]


def all_right(O: Tensor, y: Tensor) -> Tensor:
    """Whether the symbols that may come next are those with the largest outputs.

    Args:
        O: outputs, `(T, B, K)`.
        y: probabilities of the next symbols, `(T, B, K)`.

    Returns:
        `(T, B)`, true after the end of a string.
    """
    legal = y > 0
    lowest = O.masked_fill(~legal, torch.inf).amin(-1)
    highest = O.masked_fill(legal, -torch.inf).amax(-1)
    right: Tensor = (lowest > highest) | ~legal.any(-1)
    return right
