"""The weights of one cell, between the slides' layout and torch's.

torch multiplies from the other side and adds two biases, of which only the sum counts:
`weight_ih = Uᵀ`, `weight_hh = Vᵀ`, `bias_ih + bias_hh = b`.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from elman.equations import Nonlinearity


class Cell(Protocol):
    """What holds U, V and b, which is a constant zero without `bias`."""

    U: nn.Parameter
    V: nn.Parameter
    b: Tensor
    bias: bool


@torch.no_grad()
def copy_from_torch(cell: Cell, module: nn.Module, suffix: str = "") -> None:
    """Copies into `cell` the weights of `module` whose names end in `suffix`."""
    # By attribute, not from the state dict: there a parametrized weight has another name.
    cell.U.copy_(getattr(module, f"weight_ih{suffix}").T)
    cell.V.copy_(getattr(module, f"weight_hh{suffix}").T)
    if cell.bias:
        cell.b.copy_(getattr(module, f"bias_ih{suffix}") + getattr(module, f"bias_hh{suffix}"))


@torch.no_grad()
def copy_to_torch(cell: Cell, module: nn.Module, suffix: str = "") -> None:
    """Copies the weights of `cell` into those of `module` whose names end in `suffix`."""
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
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(
            f"torch.nn.RNN has the nonlinearities tanh and relu only, not {nonlinearity!r}"
        )
    return str(nonlinearity)
