"""Forecast errors at each horizon."""

from typing import NamedTuple

import torch
from torch import Tensor
from torchmetrics.functional import mean_absolute_error, mean_squared_error

NETWORK = "network"
PERSISTENCE = "persistence"
SEASONAL_NAIVE = "seasonal-naive"


class Forecasts(NamedTuple):
    """The forecasts of a test and the true values, in the unit of the series.

    Attributes:
        x: known values, `(N, window)`.
        y: true values, `(N, K)`.
        predicted: forecasts of the network and of both baselines by name, `(N, K)` each.
        interval: the lower and the upper end of the prediction interval, relative to the
            forecast of the network, `(2, K)`.
    """

    x: Tensor
    y: Tensor
    predicted: dict[str, Tensor]
    interval: Tensor

    def mse(self) -> dict[str, Tensor]:
        """The mean squared error of each method at each horizon, `(K)`."""
        K = self.y.shape[1]
        return {
            method: mean_squared_error(O, self.y, num_outputs=K)
            for method, O in self.predicted.items()
        }

    def mae(self) -> dict[str, Tensor]:
        """The mean absolute error of each method at each horizon, `(K)`."""
        K = self.y.shape[1]
        return {
            method: mean_absolute_error(O, self.y, num_outputs=K)
            for method, O in self.predicted.items()
        }

    def relative_mse(self) -> Tensor:
        """The network's mean squared error divided by that of the better baseline, `(K)`."""
        mse = self.mse()
        ratio: Tensor = mse[NETWORK] / torch.minimum(mse[PERSISTENCE], mse[SEASONAL_NAIVE])
        return ratio

    def coverage(self) -> Tensor:
        """The fraction of the true values inside the prediction interval, `(K)`."""
        low, high = self.predicted[NETWORK] + self.interval.unsqueeze(1)
        inside: Tensor = (low <= self.y) & (self.y <= high)
        return inside.double().mean(0)
