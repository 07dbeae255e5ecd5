"""The weights of one cell, between the slides' layout and torch's.

torch multiplies from the other side and adds two biases, of which only the sum counts:
`weight_ih = Uᵀ`, `weight_hh = Vᵀ`, `bias_ih + bias_hh = b`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from elman.equations import Nonlinearity


def from_torch_weights(weights: Mapping[str, Tensor], suffix: str = "") -> dict[str, Tensor]:
    """U, V and, if there are biases, b, from the torch weights whose names end in `suffix`."""
    found = {"U": weights[f"weight_ih{suffix}"].T, "V": weights[f"weight_hh{suffix}"].T}
    if f"bias_ih{suffix}" in weights:
        found["b"] = weights[f"bias_ih{suffix}"] + weights[f"bias_hh{suffix}"]
    return found


def to_torch_weights(weights: Mapping[str, Tensor], suffix: str = "") -> dict[str, Tensor]:
    """The torch weights, their names ending in `suffix`, from U, V and, if there is one, b."""
    found = {f"weight_ih{suffix}": weights["U"].T, f"weight_hh{suffix}": weights["V"].T}
    if "b" in weights:
        found[f"bias_ih{suffix}"] = weights["b"]
        found[f"bias_hh{suffix}"] = torch.zeros_like(weights["b"])
    return found


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
