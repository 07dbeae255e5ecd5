"""A feedforward autoencoder, one of the kinds on slide "Artificial neural network"."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from elman.checks import check_sizes
from elman.equations import Nonlinearity
from elman.networks.feedforward import FeedforwardNetwork


class Autoencoder(nn.Module):
    """Encodes an image in a few numbers, its code, and reconstructs the image from the code.

        code = W^(l) a^(l−1) + b^(l)      a^(0) → … → code → … → â

    Args:
        sizes: neurons of each layer of the encoder: `[784, 256, 32]`; the last is the code size.
            The decoder has the same sizes in reverse order.
        activation: σ of the hidden layers: "relu", "sigmoid", "tanh" or any elementwise function.
        last_activation: σ of the output layer: "sigmoid" for pixel values from 0 to 1.
        device: device of the weights.
        dtype: dtype of the weights.

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
        encoder_sizes = check_sizes("sizes", sizes, fewest=2)
        decoder_sizes = encoder_sizes[::-1]
        self.encoder = FeedforwardNetwork(encoder_sizes, activation, "identity", device, dtype)
        self.decoder = FeedforwardNetwork(decoder_sizes, activation, last_activation, device, dtype)
        self.code_size = encoder_sizes[-1]

    def encode(self, a: Tensor) -> Tensor:
        """Images `(B, sizes[0])` → codes `(B, sizes[−1])`."""
        code: Tensor = self.encoder(a)
        return code

    def forward(self, a: Tensor) -> Tensor:
        """Images a `(B, sizes[0])` → reconstructions â `(B, sizes[0])`."""
        a_hat: Tensor = self.decoder(self.encode(a))
        return a_hat

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        return self.encoder.example_inputs()
