"""The objective of an autoencoder."""

from torch import Tensor

from elman.equations import squared_error
from elman.training.objectives import Objective


class Reconstruction(Objective):
    """`C₀ = Σ (â − a)²`: the squared error of the reconstruction â of the input a."""

    metric = "mse"
    summary = "mean squared error {mse:.5f}"
    label = "mean squared error"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples.

        Args:
            O: reconstructions, `(B, K)`.
            y: inputs, `(B, K)`.

        Returns:
            C: scalar.
        """
        return squared_error(O, y).mean()

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """`mse`: the mean squared error of a pixel, the cost divided by K."""
        return {"mse": cost / y.shape[-1]}
