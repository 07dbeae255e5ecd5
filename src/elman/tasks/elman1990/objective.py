"""The objective of predicting the code of the next symbol."""

from torch import Tensor

from elman.equations import sequence_cost, squared_error
from elman.training.objectives import Objective


class CodeError(Objective):
    """`C_t = Σ (ŷ_t − y_t)²` over the bits of the next symbol's code, averaged over the steps."""

    metric = "error"
    summary = "squared error {error:.4f}"
    label = "squared error"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The average cost over the time steps.

        Args:
            O: predicted bits ŷ, `(T, B, K)`.
            y: the codes of the next symbols, `(T, B, K)`.

        Returns:
            C: scalar.
        """
        # C = (1/T) Σ_t C_t, C_t = Σ (ŷ_t − y_t)²
        return sequence_cost(squared_error(O, y))

    def step_costs(self, O: Tensor, y: Tensor) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        costs = squared_error(O, y)
        return costs / costs.numel()

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """`error`: the cost."""
        return {"error": cost}

    def count(self, y: Tensor) -> int:
        """The number of time steps of all streams, T · B."""
        return y.shape[0] * y.shape[1]
