"""Sliding windows over a series, and the scale of its values."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

# The smallest seasonal change as a fraction of the standard deviation of the values. Below it the
# float32 rounding of the values would dominate.
MIN_RELATIVE_CHANGE = 1e-4


class Windows(NamedTuple):
    """Inputs and targets.

    Attributes:
        x: known values, `(N, window)`.
        y: the values right after them, `(N, horizon)`.
        starts: the index in the series of the first value of each y, `(N)`.
    """

    x: Tensor
    y: Tensor
    starts: Tensor


def sliding_windows(values: Tensor, first: int, last: int, window: int, horizon: int) -> Windows:
    """All windows without missing values whose y lies in `values[first:last]`.

    Args:
        values: the whole series, `(T)`; NaN marks a missing value.
        first: first index of y; x may start before it.
        last: index after the last value of y.
        window: number of values in x.
        horizon: number of values in y.
    """
    start = max(0, first - window)
    length = window + horizon
    if last - start < length:
        empty = values.new_empty(0, length)
        return Windows(empty[:, :window], empty[:, window:], empty[:, 0].long())
    rows = values[start:last].unfold(0, length, 1)
    complete = ~rows.isnan().any(1)
    rows = rows[complete]
    starts = complete.nonzero().squeeze(1) + start + window
    return Windows(rows[:, :window], rows[:, window:], starts)


def seasonal_change(values: NDArray[np.float64], season: int, source: str) -> float:
    """The root mean square of `x_t − x_{t−season}`; arguments as of `mean_and_scale`.

    Raises:
        ValueError: the series is not longer than a season.
    """
    changes = values[season:] - values[:-season]
    if np.isnan(changes).all():
        raise ValueError(
            f"data: {source} is too short: it has no two values that are one season apart"
        )
    return float(np.sqrt(np.nanmean(changes**2)))


def mean_and_scale(values: NDArray[np.float64], season: int, source: str) -> tuple[float, float]:
    """The mean of the values, and the root mean square of their change over a season.

    Args:
        values: `(T)`; NaN marks a missing value.
        season: number of time steps.
        source: the name of the series in error messages.

    Raises:
        ValueError: the series is too short, or repeats itself exactly.
    """
    scale = seasonal_change(values, season, source)
    if scale <= MIN_RELATIVE_CHANGE * np.nanstd(values):
        raise ValueError(
            f"data: {source} repeats itself every data.season = {season} steps (mean change "
            f"{scale:.2g}), so there is nothing to learn; use another season or series"
        )
    return float(np.nanmean(values)), scale
