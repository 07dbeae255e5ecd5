"""The weights of one cell, between the slides' layout and torch's.

torch multiplies from the other side and adds two biases, of which only the sum counts:
`weight_ih = Uᵀ`, `weight_hh = Vᵀ`, `bias_ih + bias_hh = b`.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from elman.equations import Nonlinearity


class Cell(Protocol):
    """What holds U, V and b, which is None without `bias`."""

    U: nn.Parameter
    V: nn.Parameter
    b: nn.Parameter | None


@torch.enable_grad()  # without it, a parametrized weight would not say that it is trained
def copy_from_torch(cell: Cell, module: nn.Module, suffix: str = "") -> None:
    """Copies into `cell` the weights of `module` whose names end in `suffix`."""
    # By attribute, not from the state dict: there a parametrized weight has another name.
    weight_ih, weight_hh = (getattr(module, f"weight_{kind}{suffix}") for kind in ("ih", "hh"))
    _copy(cell.U, weight_ih.T, trained=weight_ih.requires_grad)
    _copy(cell.V, weight_hh.T, trained=weight_hh.requires_grad)
    if cell.b is not None:
        bias_ih, bias_hh = (getattr(module, f"bias_{kind}{suffix}") for kind in ("ih", "hh"))
        trained = bias_ih.requires_grad or bias_hh.requires_grad
        _copy(cell.b, bias_ih + bias_hh, trained=trained)


@torch.enable_grad()
def copy_to_torch(cell: Cell, module: nn.Module, suffix: str = "") -> None:
    """Copies the weights of `cell` into those of `module` whose names end in `suffix`."""
    U, V, b = cell.U, cell.V, cell.b
    _copy(getattr(module, f"weight_ih{suffix}"), U.T, trained=U.requires_grad)
    _copy(getattr(module, f"weight_hh{suffix}"), V.T, trained=V.requires_grad)
    if b is not None:
        _copy(getattr(module, f"bias_ih{suffix}"), b, trained=b.requires_grad)
        _copy(getattr(module, f"bias_hh{suffix}"), torch.zeros_like(b), trained=b.requires_grad)


def _copy(weight: nn.Parameter, numbers: Tensor, *, trained: bool) -> None:
    with torch.no_grad():
        weight.copy_(numbers)
    weight.requires_grad_(trained)


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
