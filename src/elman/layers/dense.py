"""The feedforward layer of the slides."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.equations import Nonlinearity, activation, weighted_sum
from elman.layers.initialization import uniform
from elman.nonlinearities import elementwise


class Dense(nn.Module):
    """`z = W a + b`, `a = σ(z)` (slide "How the network works").

    Args:
        in_features: activations of the previous layer.
        out_features: neurons of this layer.
        activation: σ: "sigmoid", "relu", "tanh" or any elementwise function.
        device: device of the weights.
        dtype: dtype of the weights.

    Attributes:
        W: `(out, in)`, uniform between ±1/√in initially.
        b: `(out)`, zero initially.

    Raises:
        TypeError, ValueError: a size is not a positive int, or `activation` is not valid.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        activation: str | Nonlinearity = "sigmoid",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.in_features = check_size("in_features", in_features)
        self.out_features = check_size("out_features", out_features)
        self.activation = activation
        self.W = nn.Parameter(torch.empty(out_features, in_features, device=device, dtype=dtype))
        self.b = nn.Parameter(torch.empty(out_features, device=device, dtype=dtype))
        self.σ = elementwise("activation", activation, like=self.b.unsqueeze(0))  # (1, out)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new random initial weights."""
        uniform(self.W)
        nn.init.zeros_(self.b)

    def forward(self, a: Tensor) -> Tensor:
        """Activations of the previous layer `(…, in)` → activations of this layer `(…, out)`."""
        # z = W a + b
        z = weighted_sum(a, self.W, self.b)
        # a = σ(z)
        return activation(z, self.σ)

    if TYPE_CHECKING:  # the call of a torch module returns Any

        def __call__(self, a: Tensor) -> Tensor:
            """Calls `forward` and its hooks."""

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        name = getattr(self.activation, "__name__", self.activation)
        return f"{self.in_features}, {self.out_features}, activation={name}"
