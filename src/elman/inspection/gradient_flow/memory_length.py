"""How far back in time the gradient reaches: `‖∂C_s/∂h_{s−k}‖` over the lag k."""

import torch
from torch import Tensor

from elman.checks import check_probability
from elman.inspection.gradient_flow.flow import CellFlow

QUANTILES = (0.1, 0.5, 0.9)


def has_lags(flow: CellFlow) -> bool:
    """Whether there is one cost, or a cost for each time step of the cell."""
    return len(flow.G) == 1 or flow.aligned


def lag_profile(flow: CellFlow) -> Tensor:
    """`Σ_s ‖∂C_s/∂h_{s−k}‖` for each lag k = 0 … T − 1.

    The costs must be those of the cell's own time steps (`flow.aligned`); the lag is then |s − t|,
    so that it also holds for a backward direction. Or there is one cost, and the lag is the
    distance from the state that the cell computes last.

    Args:
        flow: of a cell.

    Returns:
        `(T, B)`.

    Raises:
        ValueError: the costs are those of other time steps.
    """
    S, T, B = flow.G.shape
    _check_lags(flow)
    t = torch.arange(T, device=flow.G.device).unsqueeze(1)
    if S > 1:
        lags = (t - t.T).abs().unsqueeze(2).expand(T, T, B)  # |s − t|
    else:
        lags = (t - _ends(flow)[1]).abs().unsqueeze(0)
    profile = flow.G.new_zeros(T, B)
    return profile.scatter_add(0, lags.flatten(0, 1), flow.G.flatten(0, 1))


def profile_quantiles(flow: CellFlow) -> Tensor:
    """The 10 %, 50 % and 90 % quantiles of `lag_profile` over the sequences of a batch.

    Returns:
        `(3, T)`; at each lag of the sequences that are long enough for it, NaN if there is none.
    """
    profile = lag_profile(flow).masked_fill(flow.padding, torch.nan)  # lags 0 … length − 1
    return profile.nanquantile(profile.new_tensor(QUANTILES), dim=1)


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


def gradient_ratio(flow: CellFlow) -> Tensor:
    """`‖∂C_T/∂h_1‖ / ‖∂C_T/∂h_T‖`: how much of the last cost's gradient reaches the first state.

    It is near 0 if gradients vanish and large if they explode. In a backward direction the first
    cost and the last state take these places.

    Args:
        flow: of a cell; see `lag_profile`.

    Returns:
        `(B)`; NaN where the last cost does not depend on the last state.

    Raises:
        ValueError: the costs are those of other time steps.
    """
    _check_lags(flow)
    S, _, B = flow.G.shape
    first, last = _ends(flow)
    b = torch.arange(B, device=flow.G.device)
    s = last if S > 1 else torch.zeros_like(last)
    return flow.G[s, first, b] / flow.G[s, last, b]


def _ends(flow: CellFlow) -> tuple[Tensor, Tensor]:
    """The time steps of the states that the cell computes first and last, `(B)` each."""
    end = (~flow.padding).sum(0) - 1
    start = torch.zeros_like(end)
    return (end, start) if flow.backward else (start, end)


def _check_lags(flow: CellFlow) -> None:
    S, T, _ = flow.G.shape
    if not has_lags(flow):
        raise ValueError(
            f"a lag needs one cost or a cost of each time step of {flow.name}, but the {S} costs "
            f"are not those of its {T} time steps"
        )
