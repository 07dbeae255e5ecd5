"""Saturation: units whose f′ is so small that hardly any gradient passes through them."""

from typing import NamedTuple

from torch import Tensor

from elman.checks import check_positive
from elman.inspection.gradient_flow.flow import CellFlow

THRESHOLD = 0.1  # for tanh: |h| > 0.95


class Saturation(NamedTuple):
    """The slopes of the units at each time step, `(T, B)` each; NaN at padding.

    Attributes:
        share: the share of the units with f′(a_t) below the threshold.
        mean: the mean of f′(a_t) over the units.
    """

    share: Tensor
    mean: Tensor


def saturation(flow: CellFlow, threshold: float = THRESHOLD) -> Saturation:
    """How many units are saturated, over time.

    Args:
        flow: of a cell whose slope is known.
        threshold: a unit with f′(a_t) below it counts as saturated.

    Raises:
        ValueError: the slope is not known, or `threshold` is not a number greater than zero.
    """
    check_positive("threshold", threshold)
    if flow.slope is None:
        raise ValueError(f"the slope f′ of {flow.name} is not known")
    share = (flow.slope < threshold).to(flow.slope.dtype).mean(-1)  # (T, B)
    mean = flow.slope.mean(-1)
    return Saturation(*(x.masked_fill(flow.padding, float("nan")) for x in (share, mean)))
