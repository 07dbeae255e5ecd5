"""How a network that forecasts is trained, and judged at every horizon."""

from collections.abc import Sized
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor
from torchmetrics.functional import mean_absolute_error, mean_squared_error

from elman.equations import sequence_cost
from elman.networks.forecaster import Forecaster, persistence, seasonal_naive
from elman.tasks.forecasting.data import SeriesData
from elman.training.supervised import Batch, ExampleTraining

NETWORK, PERSISTENCE, SEASONAL = "network", "persistence", "seasonal-naive"


class ForecastError:
    """`C = (1/K) Σ_k (x̂_{T+k} − x_{T+k})²`: the average cost of the time steps to forecast."""

    judged_by = "mse"
    told = "mean squared error {mse:.4g}"
    label = "mean squared error"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples.

        Args:
            O: forecasts, `(B, K)`.
            y: what came, `(B, K)`.

        Returns:
            C: scalar.
        """
        return sequence_cost((O - y) ** 2)

    def figures(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`mse`, the cost, and `mae`, the mean absolute error."""
        return {"mse": cost, "mae": (O - y).abs().mean()}

    def count(self, y: Sized) -> int:
        """Examples."""
        return len(y)


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


class ForecastTraining(ExampleTraining):
    """Training on windows; figures are in the series' unit, the data's scale undone.

    The interval of the network is made of its errors on the data to validate with: at each horizon
    the middle `share` of them.

    The other arguments are those of `ExampleTraining`.

    Args:
        share: how much of what comes is to lie in the interval.

    Attributes:
        tested: the forecasts of the last test; None before any.
    """

    network: Forecaster
    beside = (
        "{ratio:.2f} of the better baseline's, {worst_ratio:.2f} at the worst horizon; persistence "
        "{persistence_mse:.4g}, seasonal-naive {seasonal_naive_mse:.4g}"
    )

    def __init__(self, *args: Any, share: float = 0.8, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not 0 < share < 1:
            raise ValueError(f"training.share must lie between 0 and 1, got {share}")
        self.share = share
        self.tested: Forecasts | None = None
        self._seen: list[tuple[Tensor, Tensor, Tensor]] = []  # x, O and y of an epoch's batches

    @property
    def _data(self) -> SeriesData:
        return cast("SeriesData", self.trainer.datamodule)  # type: ignore[attr-defined]

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        O = self.outputs(x)
        if batch_idx == 0:
            self._seen = []
        self._seen.append((x, O, y))
        self._log_evaluation(part, O, y)

    def _log(self, part: str, cost: Tensor, O: Any, y: Any, **when: Any) -> None:
        scale = self._data.scale
        super()._log(part, scale**2 * cost, scale * O, scale * y, **when)

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
        self.tested = Forecasts(x, y, by, self.network.interval.double() * self._data.scale)
        mse, ratio = self.tested.mse(), self.tested.ratio()
        self.log_dict(
            {
                "test/persistence_mse": mse[PERSISTENCE].mean(),
                "test/seasonal_naive_mse": mse[SEASONAL].mean(),
                "test/ratio": ratio.mean(),
                "test/worst_ratio": ratio.max(),
                "test/coverage": self.tested.coverage().mean(),
            }
        )

    def _all_seen(self) -> list[Tensor]:
        return [torch.cat(values) for values in zip(*self._seen, strict=True)]
