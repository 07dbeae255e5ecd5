"""How far back the gradients of one sequence reach, for the page."""

from typing import NamedTuple

import torch

from elman.inspection.gradient_flow import CellFlow
from elman.inspection.gradient_flow.memory_length import (
    QUANTILES,
    has_lags,
    lag_profile,
    memory_length,
)
from elman.inspection.gradient_flow.saturation import saturation

SHARE = 0.95  # of all gradients that the memory length holds


class Profile(NamedTuple):
    """`‖∂C_s/∂h_t‖` over the lag k = |s − t|: quantiles over the costs s, `(T)` each."""

    low: list[float]
    median: list[float]
    high: list[float]


class Reach(NamedTuple):
    """How far back the gradients reach.

    Attributes:
        profile: None if the costs are not those of the cell's own time steps.
        length: the memory length in time steps; None without a profile.
        sentence: the answer in words.
        saturation: share of the units with a small f′(a_t), `(T)`; None if f′ is not known.
    """

    profile: Profile | None
    length: int | None
    sentence: str
    saturation: list[float] | None


def reach(cell: CellFlow) -> Reach:
    """The reach of a cell's gradients, for the first sequence of the flow."""
    saturated = None if cell.slope is None else saturation(cell).share[:, 0].tolist()
    if not has_lags(cell):
        sentence = "There is no lag: the costs are those of the time steps of another layer."
        return Reach(None, None, sentence, saturated)
    T = cell.G.shape[1]
    length = int(memory_length(cell, SHARE)[0])
    steps = f"{length} time {'step' if length == 1 else 'steps'}"
    sentence = (
        f"It looks {steps} back: {100 * SHARE:.0f} % of the sum of all ‖∂Cₛ/∂hₜ‖ belongs to states "
        f"that are no further from the cost, in a sequence of {T}."
    )
    return Reach(_profile(cell), length, sentence, saturated)


def _profile(cell: CellFlow) -> Profile:
    G = cell.G[..., 0]  # (S, T)
    if len(G) == 1:
        of_each_lag = [g.unsqueeze(0) for g in lag_profile(cell)[:, 0]]
    else:
        # ‖∂C_s/∂h_{s−k}‖ of all s, and ‖∂C_s/∂h_{s+k}‖ if later states affect a cost
        sides = [side for side in (G, G.T) if side.tril(-1).any()] or [G]
        of_each_lag = [torch.cat([side.diagonal(-k) for side in sides]) for k in range(len(G))]
    quantiles = torch.stack([g.quantile(g.new_tensor(QUANTILES)) for g in of_each_lag])  # (T, 3)
    return Profile(*quantiles.T.tolist())
