"""A convolutional network, one of the kinds on slide "Artificial neural network"."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.checks import (
    check_probability,
    check_side,
    check_size,
    check_sizes,
)
from elman.equations import Nonlinearity
from elman.layers import Conv2d, Readout

POOL = 2  # height and width of the max-pooling windows


class ConvolutionalNetwork(nn.Module):
    """Convolutional layers, then a readout of all activations of the last one.

    Each layer is a convolution, σ, and max pooling over 2 × 2 windows. The readout is
    `O = c + W a`.

    Args:
        side: height and width of an image.
        channels: output channels of each layer.
        classes: outputs K.
        kernel_size: height and width of the window, odd.
        activation: σ: "relu", "sigmoid", "tanh" or any elementwise function.
        dropout: probability of zeroing an input of the readout, in training.
        device: device of the weights.
        dtype: dtype of the weights.

    Raises:
        TypeError, ValueError: a size is not a positive int, `kernel_size` is even, `dropout` is not
            from 0 to 1, `activation` is not valid, or there are too many layers for `side`.
    """

    def __init__(
        self,
        side: int,
        channels: Sequence[int],
        classes: int,
        kernel_size: int = 3,
        activation: str | Nonlinearity = "relu",
        dropout: float = 0.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_side("side", side)
        channels = check_sizes("channels", channels)
        check_size("classes", classes)
        check_size("kernel_size", kernel_size)
        check_probability("dropout", dropout)
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {kernel_size}")
        if kernel_size > side:
            raise ValueError(
                f"kernel_size must be at most side={side}, the size of an image, got {kernel_size}"
            )
        final_side = side // POOL ** len(channels)
        if final_side == 0:
            raise ValueError(
                f"channels must be fewer: {len(channels)} pooling layers reduce an image of "
                f"{side} × {side} to 0 × 0"
            )
        self.side = side
        self.dropout = dropout
        self.layers = nn.ModuleList(
            Conv2d(into, out, kernel_size, 1, kernel_size // 2, activation, device, dtype)
            for into, out in zip([1, *channels[:-1]], channels, strict=True)
        )
        self.readout = Readout(channels[-1] * final_side**2, classes, device=device, dtype=dtype)

    def forward(self, a: Tensor) -> Tensor:
        """Pixel values `(B, side²)` → O `(B, K)`.

        Raises:
            ValueError: the images do not have side² pixels.
        """
        if a.shape[-1] != self.side**2:
            raise ValueError(f"images must have side² = {self.side**2} pixels, got {a.shape[-1]}")
        a = a.view(-1, 1, self.side, self.side)
        for layer in self.layers:
            # a_kyx = σ(b_k + Σ_cij W_kcij a_c,y+i,x+j)
            a = layer(a)  # (B, K, height, width)
            a = functional.max_pool2d(a, POOL)  # (B, K, height/2, width/2)
        a = functional.dropout(a.flatten(1), self.dropout, self.training)
        # O = c + W a
        O: Tensor = self.readout(a)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        return (torch.rand(2, self.side**2, device=W.device, dtype=W.dtype),)
