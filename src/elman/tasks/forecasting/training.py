"""How a forecaster is trained, and tested at every horizon."""

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from elman.networks.forecaster import Forecaster, seasonal_naive
from elman.tasks.forecasting.baselines import persistence
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.errors import NETWORK, PERSISTENCE, SEASONAL_NAIVE, Forecasts
from elman.training.supervised import Batch, SupervisedTraining


class ForecastingTraining(SupervisedTraining):
    """Training on sliding windows. Metrics are in the unit of the series, not scaled.

    The prediction interval comes from the errors on the validation data: at each horizon it spans
    their central quantiles.

    Args:
        *args: arguments of `SupervisedTraining`.
        coverage: nominal coverage of the prediction interval, between 0 and 1.
        **kwargs: arguments of `SupervisedTraining`.

    Attributes:
        forecasts: the forecasts of the last test; None before the first.

    Raises:
        ValueError: `coverage` is out of range.
    """

    network: Forecaster
    baseline_summary = (
        "MSE {relative_mse:.2f} times that of the better baseline, {worst_relative_mse:.2f} at the "
        "worst horizon; persistence {persistence_mse:.4g}, seasonal-naive {seasonal_naive_mse:.4g}"
    )

    def __init__(self, *args: Any, coverage: float = 0.8, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not 0 < coverage < 1:
            raise ValueError(f"training.coverage must lie between 0 and 1, got {coverage}")
        self.coverage = coverage
        self.forecasts: Forecasts | None = None
        self._batches: list[tuple[Tensor, Tensor, Tensor]] = []  # x, O and y of one epoch

    @property
    def _data(self) -> ForecastingData:
        return cast("ForecastingData", self.trainer.datamodule)  # type: ignore[attr-defined]

    def _evaluate(self, split: str, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        O = self.outputs(x)
        if batch_idx == 0:
            self._batches = []
        self._batches.append((x, O, y))
        self._log_evaluation(split, O, y)

    def _log(self, split: str, cost: Tensor, O: Any, y: Any, **when: Any) -> None:
        scale = self._data.scale
        super()._log(split, scale**2 * cost, scale * O, scale * y, **when)

    def on_validation_epoch_end(self) -> None:
        """Computes the prediction interval, before the checkpoint is saved."""
        _, O, y = self._epoch()
        tail = (1 - self.coverage) / 2
        ends = np.quantile((y - O).numpy(force=True), [tail, 1 - tail], axis=0)
        self.network.interval.copy_(torch.from_numpy(ends))

    def on_test_epoch_end(self) -> None:
        """Compares the network with the baselines."""
        x, O, y = (self._data.unscale(values.double()) for values in self._epoch())
        K = y.shape[1]
        predicted = {
            NETWORK: O,
            PERSISTENCE: persistence(x, K),
            SEASONAL_NAIVE: seasonal_naive(x, self.network.season, K),
        }
        interval = self.network.interval.double() * self._data.scale
        self.forecasts = Forecasts(x, y, predicted, interval)
        mse, relative_mse = self.forecasts.mse(), self.forecasts.relative_mse()
        self.log_dict(
            {
                "test/persistence_mse": mse[PERSISTENCE].mean(),
                "test/seasonal_naive_mse": mse[SEASONAL_NAIVE].mean(),
                "test/relative_mse": relative_mse.mean(),
                "test/worst_relative_mse": relative_mse.max(),
                "test/coverage": self.forecasts.coverage().mean(),
            }
        )

    def _epoch(self) -> list[Tensor]:
        return [torch.cat(values) for values in zip(*self._batches, strict=True)]
