"""The objective of a language model."""

import math

from torch import Tensor

from elman.training.objectives import Objective
from elman.training.sequence_cross_entropy import sequence_cross_entropy, sequence_step_costs


class NextCharacter(Objective):
    """`C_t = −log softmax(O_t)_{y_t}`, averaged (slide "Back propagation through time")."""

    metric = "bpc"
    summary = "{bpc:.3f} bits per character"
    label = "bits per character"
    softmax = True

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The average cost over the time steps, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: indices of the next characters, `(T, B)`.

        Returns:
            C: scalar.
        """
        return sequence_cross_entropy(O, y)

    def step_costs(self, O: Tensor, y: Tensor) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        return sequence_step_costs(O, y)

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """`bpc`: the cost in bits per character."""
        return {"bpc": cost / math.log(2)}

    def count(self, y: Tensor) -> int:
        """The number of time steps of all streams, T · B."""
        return y.numel()
