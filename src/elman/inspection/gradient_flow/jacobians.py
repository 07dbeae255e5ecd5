"""The Jacobians of the recurrence, `∂h_t/∂h_{t−1}`, and their products `∂h_s/∂h_t`.

By the chain rule `∂h_s/∂h_t = ∂h_s/∂h_{s−1} … ∂h_{t+1}/∂h_t`: the gradient vanishes or explodes as
this product does (Pascanu, Mikolov & Bengio 2013). The logarithm of its norm is kept, so a product
of any length neither underflows nor overflows.
"""

import copy
import math

import torch
from torch import Tensor

from elman.checks import check_size
from elman.equations import Nonlinearity
from elman.layers import RNNCell
from elman.memory import check_memory
from elman.nonlinearities import canonical

# max f′
LARGEST_SLOPES: dict[Nonlinearity, float] = {torch.tanh: 1.0, torch.relu: 1.0, torch.sigmoid: 0.25}


def float64_copy(cell: RNNCell) -> RNNCell:
    """A copy of a cell in float64 and evaluation mode, whose weights need no gradient."""
    return copy.deepcopy(cell).double().eval().requires_grad_(False)


@torch.enable_grad()
def state_jacobians(cell: RNNCell, X: Tensor, h_0: Tensor) -> Tensor:
    """`∂h_t/∂h_{t−1}` for t = 1 … T, in float64.

    For the slide's equation it is `diag(f′(a_t)) Vᵀ`; autograd computes it for any cell.

    Args:
        cell: any cell; it does not change.
        X: inputs, `(T, B, I)`.
        h_0: initial state, `(B, H)`.

    Returns:
        `(T, B, H, H)`; entry i, j is `∂h_{t,i}/∂h_{t−1,j}`.

    Raises:
        ValueError: the memory does not suffice.
    """
    cell, X, h = float64_copy(cell), X.detach().double(), h_0.detach().double()
    (T, _, _), (B, H) = X.shape, h.shape
    check_memory(
        8 * T * B * H * H,
        f"the Jacobians of {T:,} time steps of {H:,} units",
        "give fewer time steps or fewer sequences",
        X.device,
    )
    identity = torch.eye(H, dtype=X.dtype, device=X.device).unsqueeze(1).expand(-1, B, -1)
    J = X.new_empty(T, B, H, H)
    for t, X_t in enumerate(X):
        h_previous = h.requires_grad_()
        h_t = cell(X_t, h_previous)
        # Each sequence has its own state, so row i of all B Jacobians is one gradient, (H, B, H).
        (rows,) = torch.autograd.grad(h_t, h_previous, identity, is_grads_batched=True)
        J[t] = rows.transpose(0, 1)
        h = h_t.detach()
    return J


def log_product_norms(J: Tensor, s: int) -> Tensor:
    """`log ‖∂h_s/∂h_t‖` for all t up to s, with the spectral norm (the largest singular value).

    Args:
        J: the Jacobians, `(T, B, H, H)`.
        s: index of a time step, counted from 0; negative: from the end.

    Returns:
        Natural logarithms for t = 0 … s, `(s + 1, B)`; −∞ where the product is zero.

    Raises:
        ValueError: there is no time step s.
    """
    T, B, H, _ = J.shape
    if not -T <= s < T:
        raise ValueError(f"s must be a time step from {-T} to {T - 1}, got {s}")
    s %= T
    P = torch.eye(H, dtype=J.dtype, device=J.device).expand(B, H, H)
    log_norms = J.new_zeros(s + 1, B)  # ∂h_s/∂h_s is the identity, whose norm is 1
    for t in reversed(range(s)):
        # ∂h_s/∂h_t = ∂h_s/∂h_{t+1} ∂h_{t+1}/∂h_t
        P = P @ J[t + 1]
        norm = torch.linalg.matrix_norm(P, ord=2)
        log_norms[t] = log_norms[t + 1] + norm.log()
        P = P / torch.where(norm > 0, norm, 1).view(B, 1, 1)  # of norm 1 again
    return log_norms


def log_bound(cell: RNNCell, steps: int) -> Tensor:
    """`log (σ_max(V) · max f′)^k`, an upper bound of `log ‖∂h_s/∂h_{s−k}‖` (Pascanu et al. 2013).

    Args:
        cell: a cell with the slide's equation and f = tanh, ReLU or sigmoid.
        steps: the number of bounds.

    Returns:
        The bounds for k = 0 … steps − 1, `(steps)`.

    Raises:
        ValueError: the cell has another equation, or max f′ is not known.
    """
    check_size("steps", steps)
    f = canonical(cell.f)
    if type(cell).step is not RNNCell.step or f not in LARGEST_SLOPES:
        raise ValueError(
            "cell must have the equation h_t = f(X_t U + h_{t−1} V + b) with f = tanh, relu or "
            f"sigmoid, got {type(cell).__name__} with {cell.nonlinearity}"
        )
    σ_max = torch.linalg.matrix_norm(cell.V.detach().double(), ord=2)
    k = torch.arange(steps, dtype=σ_max.dtype, device=σ_max.device)
    # log (σ_max(V) · max f′)^k = k (log σ_max(V) + log max f′)
    return torch.where(k > 0, k * (σ_max.log() + math.log(LARGEST_SLOPES[f])), 0)
