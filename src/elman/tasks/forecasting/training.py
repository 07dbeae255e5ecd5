"""How a network that forecasts is trained, and judged at every horizon."""

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from elman.networks.forecaster import Forecaster, seasonal_naive
from elman.tasks.forecasting.baselines import persistence
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.errors import NETWORK, PERSISTENCE, SEASONAL, Forecasts
from elman.training.supervised import Batch, SupervisedTraining


class ForecastingTraining(SupervisedTraining):
    """Training on windows; figures are in the series' unit, the data's scale undone.

    The interval of the network is made of its errors on the data to validate with: at each horizon
    the middle `share` of them.

    The other arguments are those of `SupervisedTraining`.

    Args:
        share: how much of what comes is to lie in the interval.

    Attributes:
        forecasts: the forecasts of the last test; None before any.
    """

    network: Forecaster
    baseline_summary = (
        "{ratio:.2f} of the better baseline's, {worst_ratio:.2f} at the worst horizon; persistence "
        "{persistence_mse:.4g}, seasonal-naive {seasonal_naive_mse:.4g}"
    )

    def __init__(self, *args: Any, share: float = 0.8, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not 0 < share < 1:
            raise ValueError(f"training.share must lie between 0 and 1, got {share}")
        self.share = share
        self.forecasts: Forecasts | None = None
        self._seen: list[tuple[Tensor, Tensor, Tensor]] = []  # x, O and y of an epoch's batches

    @property
    def _data(self) -> ForecastingData:
        return cast("ForecastingData", self.trainer.datamodule)  # type: ignore[attr-defined]

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        O = self.outputs(x)
        if batch_idx == 0:
            self._seen = []
        self._seen.append((x, O, y))
        self._log_evaluation(part, O, y)

    def _log(self, split: str, cost: Tensor, O: Any, y: Any, **when: Any) -> None:
        scale = self._data.scale
        super()._log(split, scale**2 * cost, scale * O, scale * y, **when)

    def on_validation_epoch_end(self) -> None:
        """Makes the interval, before the checkpoint is written."""
        _, O, y = self._all_seen()
        outside = (1 - self.share) / 2
        ends = np.quantile((y - O).numpy(force=True), [outside, 1 - outside], axis=0)
        self.network.interval.copy_(torch.from_numpy(ends))

    def on_test_epoch_end(self) -> None:
        """Compares with the baselines; `worst_ratio` is at the horizon where it is highest."""
        x, O, y = (self._data.unscaled(values.double()) for values in self._all_seen())
        K = y.shape[1]
        by = {
            NETWORK: O,
            PERSISTENCE: persistence(x, K),
            SEASONAL: seasonal_naive(x, self.network.season, K),
        }
        self.forecasts = Forecasts(x, y, by, self.network.interval.double() * self._data.scale)
        mse, ratio = self.forecasts.mse(), self.forecasts.ratio()
        self.log_dict(
            {
                "test/persistence_mse": mse[PERSISTENCE].mean(),
                "test/seasonal_naive_mse": mse[SEASONAL].mean(),
                "test/ratio": ratio.mean(),
                "test/worst_ratio": ratio.max(),
                "test/coverage": self.forecasts.coverage().mean(),
            }
        )

    def _all_seen(self) -> list[Tensor]:
        return [torch.cat(values) for values in zip(*self._seen, strict=True)]
