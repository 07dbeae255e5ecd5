"""The "plain vanilla" network of the slides: information flows in the forward direction only."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from elman.checks import check_sizes
from elman.equations import Nonlinearity
from elman.layers import Dense
from elman.nonlinearities import elementwise


class FeedforwardNetwork(nn.Module):
    """Layers of neurons; each neuron is connected to all neurons of the previous layer.

    Slides "Neurons" and "How the network works":

        z^(l) = W^(l) a^(l−1) + b^(l)      a^(l) = σ(z^(l))      l = 1 … L

    Args:
        sizes: neurons of each layer, starting with the input: `[784, 16, 16, 10]` for digits.
        activation: σ: "sigmoid", "relu", "tanh" or any elementwise function.
        last_activation: σ of the last layer, or "identity": `a^(L) = z^(L)`; None: `activation`.
        device: device of the weights.
        dtype: dtype of the weights.

    Raises:
        TypeError, ValueError: there are fewer than two sizes, a size is not a positive int, or
            `activation` is not valid.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Nonlinearity = "sigmoid",
        last_activation: str | Nonlinearity | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.sizes = check_sizes("sizes", sizes, fewest=2)
        last = activation if last_activation is None else last_activation
        if last == "identity":
            last = identity
        elementwise("last_activation", last, like=torch.zeros(1, sizes[-1]))
        activations = [activation] * (len(sizes) - 2) + [last]
        self.layers = nn.ModuleList(
            Dense(into, out, σ, device, dtype)
            for into, out, σ in zip(sizes[:-1], sizes[1:], activations, strict=True)
        )

    def forward(self, a: Tensor) -> Tensor:
        """Input a^(0) `(…, sizes[0])` → activations of the last layer a^(L) `(…, sizes[−1])`.

        Raises:
            ValueError: the input does not have `sizes[0]` components.
        """
        if a.shape[-1] != self.sizes[0]:
            raise ValueError(f"sizes[0] must be the input size {a.shape[-1]}, got {self.sizes[0]}")
        for layer in self.layers:
            # a^(l) = σ(W^(l) a^(l−1) + b^(l))
            a = layer(a)
        return a

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = next(self.parameters())
        return (torch.rand(2, self.sizes[0], device=W.device, dtype=W.dtype),)


def identity(z: Tensor) -> Tensor:
    """`a = z`."""
    return z
