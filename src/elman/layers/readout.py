"""The output layer of the recurrent network."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.equations import readout
from elman.layers.initialization import uniform


class Readout(nn.Module):
    """`O_t = c + W h_t` (slide "Math behind RNN"); the prediction is ŷ_t = softmax(O_t).

    Args:
        hidden_size: hidden units H.
        output_size: outputs K.
        device: device of the weights.
        dtype: dtype of the weights.

    Attributes:
        W: `(K, H)`, uniform between ±1/√H initially.
        c: `(K)`, zero initially.

    Raises:
        TypeError, ValueError: a size is not a positive int.
    """

    def __init__(
        self,
        hidden_size: int,
        output_size: int,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.hidden_size = check_size("hidden_size", hidden_size)
        self.output_size = check_size("output_size", output_size)
        self.W = nn.Parameter(torch.empty(output_size, hidden_size, device=device, dtype=dtype))
        self.c = nn.Parameter(torch.empty(output_size, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new random initial weights."""
        uniform(self.W)
        nn.init.zeros_(self.c)

    def forward(self, h: Tensor) -> Tensor:
        """Hidden states `(…, H)` → outputs `(…, K)`."""
        # O_t = c + W h_t
        return readout(h, self.W, self.c)

    if TYPE_CHECKING:  # the call of a torch module returns Any

        def __call__(self, h: Tensor) -> Tensor:
            """Calls `forward` and its hooks."""

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        return f"{self.hidden_size}, {self.output_size}"
