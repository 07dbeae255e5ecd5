"""How much each time step contributes to the gradients of the weights.

The weights are the same at every time step, so their gradients are sums over the time steps:

    ∂C/∂U = Σ_t X_tᵀ ∂C/∂a_t      ∂C/∂V = Σ_t h_{t−1}ᵀ ∂C/∂a_t      ∂C/∂b = Σ_t ∂C/∂a_t
"""

from typing import NamedTuple

import torch
from torch import Tensor

from elman.inspection.gradient_flow.flow import CellFlow


class WeightShare(NamedTuple):
    """The contributions g_t of the time steps to one gradient `g = Σ_t g_t`.

    Attributes:
        total: g, with the shape of the weight.
        norm: `‖g_t‖`, `(T)`.
        along: `⟨g_t, g⟩ / ‖g‖`, the part of g_t in the direction of g, `(T)`; these sum to ‖g‖.
    """

    total: Tensor
    norm: Tensor
    along: Tensor


class WeightShares(NamedTuple):
    """The contributions to the gradients of U, V and b."""

    U: WeightShare
    V: WeightShare
    b: WeightShare


def weight_shares(flow: CellFlow) -> WeightShares:
    """The contribution of each time step to ∂C/∂U, ∂C/∂V and ∂C/∂b of a cell.

    Raises:
        ValueError: the cell has another equation than the slide's, or f′ is not known.
    """
    if not flow.plain or flow.slope is None:
        raise ValueError(
            f"{flow.name} must have the equation a_t = X_t U + h_{{t−1}} V + b and f = tanh, relu "
            "or sigmoid"
        )
    # ∂C/∂a_t = ∂C/∂h_t ∘ f′(a_t); padding changes nothing
    dC_da = (flow.gradient * flow.slope).masked_fill(flow.padding.unsqueeze(2), 0)  # (T, B, H)
    ones = dC_da.new_ones(*dC_da.shape[:2], 1)  # a_t = … + 1 b
    U, V, b = (_share(x, dC_da) for x in (flow.X, flow.h_previous, ones))
    return WeightShares(U, V, b._replace(total=b.total.squeeze(0)))


def _share(x: Tensor, dC_da: Tensor) -> WeightShare:
    """Of the weight that multiplies x `(T, B, N)`."""
    # g = Σ_t x_tᵀ ∂C/∂a_t
    total = torch.einsum("tbn,tbh->nh", x, dC_da)
    # ‖g_t‖
    norm = torch.stack(
        [torch.linalg.matrix_norm(x_t.T @ dC_da_t) for x_t, dC_da_t in zip(x, dC_da, strict=True)]
    )
    # ⟨g_t, g⟩ / ‖g‖ = Σ_b x_tb g · ∂C/∂a_tb / ‖g‖
    along = torch.einsum("tbh,tbh->t", x @ total, dC_da) / torch.linalg.matrix_norm(total)
    return WeightShare(total, norm, along.nan_to_num(0))  # zero where g is zero
