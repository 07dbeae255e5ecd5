"""Errors of forecasts at each horizon."""

from typing import NamedTuple

import torch
from torch import Tensor
from torchmetrics.functional import mean_absolute_error, mean_squared_error

NETWORK = "network"
PERSISTENCE = "persistence"
SEASONAL = "seasonal-naive"


class Forecasts(NamedTuple):
    """Forecasts beside what came, in the series' own unit.

    Attributes:
        x: the values that were known, `(N, window)`.
        y: those that came, `(N, K)`.
        by: their forecasts by the network and by both baselines, `(N, K)` each.
        interval: what to add to the network's for the ends of its interval, `(2, K)`.
    """

    x: Tensor
    y: Tensor
    by: dict[str, Tensor]
    interval: Tensor

    def mse(self) -> dict[str, Tensor]:
        """The mean squared error of each at each horizon, `(K)`."""
        K = self.y.shape[1]
        return {by: mean_squared_error(O, self.y, num_outputs=K) for by, O in self.by.items()}

    def mae(self) -> dict[str, Tensor]:
        """The mean absolute error of each at each horizon, `(K)`."""
        K = self.y.shape[1]
        return {by: mean_absolute_error(O, self.y, num_outputs=K) for by, O in self.by.items()}

    def ratio(self) -> Tensor:
        """The network's mean squared error, that of the better baseline being 1, `(K)`."""
        mse = self.mse()
        ratio: Tensor = mse[NETWORK] / torch.minimum(mse[PERSISTENCE], mse[SEASONAL])
        return ratio

    def coverage(self) -> Tensor:
        """The share of what came that lies in the interval, `(K)`."""
        low, high = self.by[NETWORK] + self.interval.unsqueeze(1)
        inside: Tensor = (low <= self.y) & (self.y <= high)
        return inside.double().mean(0)
