"""torch's attribute names on a layer, for code written for `torch.nn.RNN`."""

import re
from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from elman.layers.conversion import torch_nonlinearity
from elman.layers.rnn_cell import RNNCell

TORCH_WEIGHT = re.compile(r"((?:weight|bias)_[ih]h)_l(\d+)(_reverse)?")


class TorchNames(nn.Module):
    """Gives a layer of cells the weight names of torch: `weight_ih_l0` and so on.

    They are views of the cells' U, V and b; see `RNNCell`.
    """

    cells: Sequence[RNNCell]
    num_layers: int
    num_directions: int
    bias: bool

    @property
    def all_weights(self) -> list[list[Tensor]]:
        """The weights of each cell in torch's layout; see `RNNCell`."""
        return [
            [cell.weight_ih, cell.weight_hh] + ([cell.bias_ih, cell.bias_hh] if self.bias else [])  # type: ignore[list-item]
            for cell in self.cells
        ]

    @property
    def mode(self) -> str:
        """torch's name of the mode: "RNN_TANH" or "RNN_RELU"."""
        try:
            return f"RNN_{torch_nonlinearity(self.cells[0].nonlinearity).upper()}"
        except ValueError as error:
            raise AttributeError(str(error)) from error

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("weight_", "bias_")) and (weight := TORCH_WEIGHT.fullmatch(name)):
            kind, layer, backward = weight.groups()
            k = int(layer) * self.num_directions + (backward is not None)
            if int(layer) < self.num_layers and (self.num_directions == 2 or not backward):
                return getattr(self.cells[k], kind)
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if TORCH_WEIGHT.fullmatch(name):
            raise AttributeError(
                f"{name} is a view of the cells' U, V or b: change it in place under "
                "torch.no_grad(), or replace rnn.cells[0].U, the transpose of weight_ih_l0"
            )
        super().__setattr__(name, value)

    def flatten_parameters(self) -> None:
        """Does nothing. Exists for code that calls it on `torch.nn.RNN`, which needs it on CUDA."""
