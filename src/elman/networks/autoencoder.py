"""A feedforward autoencoder, one of the kinds on slide "Artificial neural network"."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from elman.equations import Nonlinearity
from elman.networks.feedforward import FeedforwardNetwork


class Autoencoder(nn.Module):
    """Says a picture in a few numbers, its code, and draws it again from them.

        code = W^(l) a^(l−1) + b^(l)      a^(0) → … → code → … → â

    Args:
        sizes: neurons of each layer up to the code: `[784, 256, 32]`; the way back has the same.
        activation: σ of the layers between: "relu", "sigmoid", "tanh" or any elementwise function.
        last_activation: σ of the last layer: "sigmoid" for brightness from 0 to 1.
        device: where the weights are made.
        dtype: of the weights.

    Raises:
        TypeError, ValueError: as `FeedforwardNetwork`.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Nonlinearity = "relu",
        last_activation: str | Nonlinearity = "sigmoid",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        there, back = list(sizes), list(sizes)[::-1]
        self.encoder = FeedforwardNetwork(there, activation, "identity", device, dtype)
        self.decoder = FeedforwardNetwork(back, activation, last_activation, device, dtype)
        self.code_size = there[-1]

    def encode(self, a: Tensor) -> Tensor:
        """Pictures `(B, sizes[0])` → codes `(B, sizes[−1])`."""
        code: Tensor = self.encoder(a)
        return code

    def forward(self, a: Tensor) -> Tensor:
        """Pictures a `(B, sizes[0])` → â, drawn again from their codes, `(B, sizes[0])`."""
        a_hat: Tensor = self.decoder(self.encode(a))
        return a_hat

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        return self.encoder.example_inputs()
