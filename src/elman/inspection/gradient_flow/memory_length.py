"""How far back in time the gradient reaches: `‖∂C_s/∂h_{s−k}‖` over the lag k."""

import torch
from torch import Tensor

from elman.checks import check_probability
from elman.inspection.gradient_flow.flow import CellFlow

QUANTILES = (0.1, 0.5, 0.9)


def lag_profile(flow: CellFlow) -> Tensor:
    """`Σ_s ‖∂C_s/∂h_{s−k}‖` for each lag k = 0 … T − 1.

    The costs must be those of the cell's own time steps (S = T; the lag is then |s − t|, so that it
    also holds for a backward direction); or there is one cost, and the lag is the distance from the
    state that the cell computes last.

    Args:
        flow: of a cell.

    Returns:
        `(T, B)`.

    Raises:
        ValueError: the costs are those of other time steps.
    """
    S, T, B = flow.G.shape
    t = torch.arange(T, device=flow.G.device)
    if S == T:
        lags = (t.unsqueeze(1) - t).abs().unsqueeze(2).expand(T, T, B)  # |s − t|
    elif S == 1:
        last = 0 if flow.backward else (~flow.padding).sum(0) - 1  # (B)
        lags = (t.unsqueeze(1) - last).abs().expand(T, B).unsqueeze(0)
    else:
        raise ValueError(
            f"a lag needs one cost or a cost for each time step of {flow.name}, but there are "
            f"{S} costs and {T} time steps"
        )
    profile = flow.G.new_zeros(T, B)
    return profile.scatter_add(0, lags.flatten(0, 1), flow.G.flatten(0, 1))


def profile_quantiles(profile: Tensor) -> Tensor:
    """The 10 %, 50 % and 90 % quantiles over the sequences of a batch; `(T, B) → (3, T)`."""
    return profile.quantile(profile.new_tensor(QUANTILES), dim=1)


def memory_length(flow: CellFlow, share: float = 0.95) -> Tensor:
    """The smallest k such that the lags 0 … k hold a share of `Σ_s Σ_k ‖∂C_s/∂h_{s−k}‖`.

    Args:
        flow: of a cell; see `lag_profile`.
        share: of the sum over all lags.

    Returns:
        k of each sequence, `(B)`; 0 if all gradients are zero.

    Raises:
        ValueError: `share` is not a number from 0 to 1, or the costs are those of other time steps.
    """
    check_probability("share", share)
    held = lag_profile(flow).cumsum(0)  # (T, B)
    return (held < share * held[-1]).sum(0)
