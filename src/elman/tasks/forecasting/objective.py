"""The objective of a forecaster."""

from torch import Tensor

from elman.equations import sequence_cost
from elman.training.objectives import Objective


class ForecastError(Objective):
    """`C = (1/K) Σ_k (x̂_{T+k} − x_{T+k})²`: the mean squared error over the horizons."""

    metric = "mse"
    summary = "mean squared error {mse:.4g}"
    label = "mean squared error"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples.

        Args:
            O: forecasts, `(B, K)`.
            y: true values, `(B, K)`.

        Returns:
            C: scalar.
        """
        return sequence_cost((O - y) ** 2)

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`mse`, the cost, and `mae`, the mean absolute error."""
        return {"mse": cost, "mae": (O - y).abs().mean()}
