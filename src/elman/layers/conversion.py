"""The weights of one cell, between the slides' layout and torch's.

torch multiplies from the other side and adds two biases, of which only the sum counts:
`weight_ih = Uᵀ`, `weight_hh = Vᵀ`, `bias_ih + bias_hh = b`.
"""

from typing import TYPE_CHECKING

import torch
from torch import nn

from elman.equations import Nonlinearity

if TYPE_CHECKING:
    from elman.layers.rnn_cell import RNNCell

TORCH_NONLINEARITIES: dict[str | Nonlinearity, str] = {
    "tanh": "tanh",
    torch.tanh: "tanh",
    "relu": "relu",
    torch.relu: "relu",
}


@torch.no_grad()
def copy_from_torch(cell: "RNNCell", module: nn.Module, suffix: str = "") -> None:
    """Sets the weights of `cell` to those of `module` whose names end in `suffix`."""
    cell.U.copy_(getattr(module, f"weight_ih{suffix}").T)
    cell.V.copy_(getattr(module, f"weight_hh{suffix}").T)
    if cell.bias:
        cell.b.copy_(getattr(module, f"bias_ih{suffix}") + getattr(module, f"bias_hh{suffix}"))


@torch.no_grad()
def copy_to_torch(cell: "RNNCell", module: nn.Module, suffix: str = "") -> None:
    """Sets the weights of `module` whose names end in `suffix` to those of `cell`."""
    getattr(module, f"weight_ih{suffix}").copy_(cell.U.T)
    getattr(module, f"weight_hh{suffix}").copy_(cell.V.T)
    if cell.bias:
        getattr(module, f"bias_ih{suffix}").copy_(cell.b)
        getattr(module, f"bias_hh{suffix}").zero_()


def torch_nonlinearity(nonlinearity: str | Nonlinearity) -> str:
    """torch's name for `nonlinearity`.

    Raises:
        ValueError: torch.nn.RNN does not have it.
    """
    if nonlinearity not in TORCH_NONLINEARITIES:
        raise ValueError(
            f"torch.nn.RNN has the nonlinearities tanh and relu only, not {nonlinearity!r}"
        )
    return TORCH_NONLINEARITIES[nonlinearity]
