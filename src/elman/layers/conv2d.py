"""The convolutional layer: the same few weights at every position of an image."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.checks import check_size
from elman.equations import Nonlinearity, activation
from elman.layers.initialization import uniform
from elman.nonlinearities import elementwise


class Conv2d(nn.Module):
    """`z_kyx = b_k + Σ_cij W_kcij a_c,y+i,x+j`, `a = σ(z)`: a neuron for each position (y, x).

    Each is a neuron of slide "How the network works" whose input is a small window of the previous
    layer. All neurons of a channel k have the same weights. Slide "Artificial neural network" names
    convolutional networks.

    Args:
        in_channels: channels C of the previous layer.
        out_channels: channels K of this layer.
        kernel_size: height and width of the window.
        stride: distance between neighbouring windows.
        padding: rows and columns of zeros added on each side of the input.
        activation: σ: "sigmoid", "relu", "tanh" or any elementwise function.
        device: device of the weights.
        dtype: dtype of the weights.

    Attributes:
        W: `(K, C, kernel_size, kernel_size)`, uniform initially.
        b: `(K)`, zero initially.

    Raises:
        TypeError, ValueError: a size is not a positive int, `padding` is not an int of at least 0,
            or `activation` is not valid.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        activation: str | Nonlinearity = "relu",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.in_channels = check_size("in_channels", in_channels)
        self.out_channels = check_size("out_channels", out_channels)
        self.kernel_size = check_size("kernel_size", kernel_size)
        self.stride = check_size("stride", stride)
        if not isinstance(padding, int) or padding < 0:
            raise ValueError(f"padding must be an int of at least 0, got {padding!r}")
        self.padding = padding
        self.activation = activation
        shape = (self.out_channels, self.in_channels, self.kernel_size, self.kernel_size)
        self.W = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.b = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        like = self.b.reshape(1, -1, 1, 1)  # (B, K, height, width)
        self.σ = elementwise("activation", activation, like)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new random initial weights."""
        uniform(self.W.detach().flatten(1))  # a neuron has C·kernel_size² inputs
        nn.init.zeros_(self.b)

    def forward(self, a: Tensor) -> Tensor:
        """Activations of the previous layer → activations of this layer.

        Args:
            a: `(B, C, height, width)`.

        Returns:
            `(B, K, height′, width′)`, where `height′ = (height + 2 padding − kernel_size) //
            stride + 1`, and the same for width′.

        Raises:
            ValueError: `a` does not have C channels, or is smaller than the window.
        """
        if a.dim() != 4 or a.shape[1] != self.in_channels:
            raise ValueError(
                f"a must be (B, C, height, width) with C={self.in_channels}, got {tuple(a.shape)}"
            )
        a = functional.pad(a, [self.padding] * 4)
        height, width = (1 + (size - self.kernel_size) // self.stride for size in a.shape[2:])
        if height < 1 or width < 1:
            raise ValueError(
                f"a must be at least {self.kernel_size} high and wide, padding included, "
                f"got {tuple(a.shape[2:])}"
            )
        rows, columns = height * self.stride, width * self.stride
        z = self.b[:, None, None]
        # z_kyx = b_k + Σ_cij W_kcij a_c,y+i,x+j, for each position (i, j) in the window
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                window = a[:, :, i : i + rows : self.stride, j : j + columns : self.stride]
                z = z + torch.einsum("kc,bcyx->bkyx", self.W[:, :, i, j], window)
        # a = σ(z)
        return activation(z, self.σ)

    if TYPE_CHECKING:  # the call of a torch module returns Any

        def __call__(self, a: Tensor) -> Tensor:
            """Calls `forward` and its hooks."""

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, activation={self.activation!r}"
        )
