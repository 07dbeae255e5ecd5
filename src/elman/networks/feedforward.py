"""The "plain vanilla" network of the slides: information flows in the forward direction only."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from elman.equations import Nonlinearity
from elman.layers import Dense


class FeedforwardNetwork(nn.Module):
    """Layers of neurons, each connected with all of the layer before (slide "Neurons").

        z^(l) = W^(l) a^(l−1) + b^(l)      a^(l) = σ(z^(l))      l = 1 … L

    Args:
        sizes: neurons of each layer, the input's first: `[784, 16, 16, 10]` for digits.
        activation: σ: "sigmoid", "relu", "tanh" or any elementwise function.
        device: where the weights are made.
        dtype: of the weights.

    Raises:
        TypeError, ValueError: there are not two sizes at least, or one is not a positive int, or
            `activation` has no such name.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Nonlinearity = "sigmoid",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes must be those of two layers at least, got {list(sizes)}")
        self.layers = nn.ModuleList(
            Dense(into, out, activation, device, dtype) for into, out in itertools.pairwise(sizes)
        )

    def forward(self, a: Tensor) -> Tensor:
        """The activations a^(0) of the input `(…, sizes[0])` → a^(L) `(…, sizes[−1])`."""
        for layer in self.layers:
            # a^(l) = σ(W^(l) a^(l−1) + b^(l))
            a = layer(a)
        return a
