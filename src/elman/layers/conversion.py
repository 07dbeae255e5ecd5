"""Converts the weights of a cell between the slides' layout and torch's.

torch multiplies by the transposed weights and adds two biases; only their sum matters:
`weight_ih = Uᵀ`, `weight_hh = Vᵀ`, `bias_ih + bias_hh = b`.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from elman.equations import Nonlinearity


class Cell(Protocol):
    """A module with U, V and b; b is None without `bias`."""

    U: nn.Parameter
    V: nn.Parameter
    b: nn.Parameter | None


@torch.enable_grad()  # else parametrized weights would not require gradients
def copy_from_torch(cell: Cell, module: nn.Module, suffix: str = "") -> None:
    """Copies into `cell` the weights of `module` whose names end in `suffix`."""
    # By attribute, since a parametrized weight has another name in the state dict.
    weight_ih, weight_hh = (getattr(module, f"weight_{kind}{suffix}") for kind in ("ih", "hh"))
    _copy(cell.U, weight_ih.T, requires_grad=weight_ih.requires_grad)
    _copy(cell.V, weight_hh.T, requires_grad=weight_hh.requires_grad)
    if cell.b is not None:
        bias_ih, bias_hh = (getattr(module, f"bias_{kind}{suffix}") for kind in ("ih", "hh"))
        requires_grad = bias_ih.requires_grad or bias_hh.requires_grad
        _copy(cell.b, bias_ih + bias_hh, requires_grad=requires_grad)


@torch.enable_grad()
def copy_to_torch(cell: Cell, module: nn.Module, suffix: str = "") -> None:
    """Copies the weights of `cell` into those of `module` whose names end in `suffix`."""
    U, V, b = cell.U, cell.V, cell.b
    _copy(getattr(module, f"weight_ih{suffix}"), U.T, requires_grad=U.requires_grad)
    _copy(getattr(module, f"weight_hh{suffix}"), V.T, requires_grad=V.requires_grad)
    if b is not None:
        _copy(getattr(module, f"bias_ih{suffix}"), b, requires_grad=b.requires_grad)
        _copy(
            getattr(module, f"bias_hh{suffix}"), torch.zeros_like(b), requires_grad=b.requires_grad
        )


def _copy(weight: nn.Parameter, numbers: Tensor, *, requires_grad: bool) -> None:
    with torch.no_grad():
        weight.copy_(numbers)
    weight.requires_grad_(requires_grad)


def torch_nonlinearity(nonlinearity: str | Nonlinearity) -> str:
    """`nonlinearity`, if torch.nn.RNN has it.

    Raises:
        ValueError: torch.nn.RNN does not have it.
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(
            f"torch.nn.RNN has the nonlinearities tanh and relu only, not {nonlinearity!r}"
        )
    return str(nonlinearity)
