"""Rows of a series: what is known, what comes after, and the scale of both."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

LEAST_CHANGE = 1e-4  # of the values' spread; float32 does not hold less exactly enough


class Windows(NamedTuple):
    """What is known and what is to be forecast.

    Attributes:
        x: values in a row, `(N, window)`.
        y: the values right after them, `(N, horizon)`.
        begins: places of the first value of each y in the series, `(N)`.
    """

    x: Tensor
    y: Tensor
    begins: Tensor


def cut_windows(values: Tensor, first: int, last: int, window: int, horizon: int) -> Windows:
    """All windows with every value there and all of y from place `first` to before `last`.

    Args:
        values: of the whole series, NaN where there is none; x may reach back before `first`.
        first: place from which on y may begin.
        last: place before which y must end.
        window: values of x.
        horizon: values of y.
    """
    begin = max(0, first - window)
    length = window + horizon
    if last - begin < length:
        nothing = values.new_empty(0, length)
        return Windows(nothing[:, :window], nothing[:, window:], nothing[:, 0].long())
    rows = values[begin:last].unfold(0, length, 1)
    whole = ~rows.isnan().any(1)
    rows = rows[whole]
    return Windows(rows[:, :window], rows[:, window:], whole.nonzero().squeeze(1) + begin + window)


def seasonal_change(values: NDArray[np.float64], season: int, source: str) -> float:
    """The root mean square of the values' change from season to season; as `mean_and_scale`.

    Raises:
        ValueError: no values are a season apart.
    """
    changes = values[season:] - values[:-season]
    if np.isnan(changes).all():
        raise ValueError(f"data: {source} is too short: none of its values are a season apart")
    return float(np.sqrt(np.nanmean(changes**2)))


def mean_and_scale(values: NDArray[np.float64], season: int, source: str) -> tuple[float, float]:
    """The mean of the values, and the root mean square of their change from season to season.

    Args:
        values: `(N)`, NaN where there is none.
        season: steps.
        source: what to call the series in errors.

    Raises:
        ValueError: there is no change to learn from.
    """
    scale = seasonal_change(values, season, source)
    if scale <= LEAST_CHANGE * np.nanstd(values):
        raise ValueError(
            f"data: {source} repeats itself after data.season = {season} steps, to {scale:.2g}; "
            "there is nothing left to forecast"
        )
    return float(np.nanmean(values)), scale
