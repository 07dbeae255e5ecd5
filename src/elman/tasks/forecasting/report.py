"""The files that a forecasting test writes: a table of errors and pictures."""

import logging
from pathlib import Path

import pandas as pd
import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.checks import check_at_least
from elman.tasks.forecasting.data import ForecastingData, time_step
from elman.tasks.forecasting.errors import NETWORK, PERSISTENCE, SEASONAL_NAIVE, Forecasts
from elman.tasks.forecasting.plots import Example, plot_errors, plot_examples
from elman.tasks.forecasting.training import ForecastingTraining

log = logging.getLogger(__name__)

ERRORS_TABLE = "errors_by_horizon.csv"
ERRORS_PLOT = "errors_by_horizon.png"
EXAMPLES_PLOT = "forecasts.png"
FILES = (ERRORS_TABLE, ERRORS_PLOT, EXAMPLES_PLOT)
NUMBER = "{:.4g}".format


class ForecastReport(Callback):
    """Writes a table and a plot of the errors at each horizon, and a plot of some forecasts.

    Args:
        folder: where to write, after each test.
        examples: number of forecasts to draw.
    """

    def __init__(self, folder: str | Path, examples: int = 3) -> None:
        self.folder = Path(folder)
        self.examples = check_at_least("callbacks.report.examples", examples, 0)

    @rank_zero_only
    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes all files."""
        if not isinstance(pl_module, ForecastingTraining) or pl_module.forecasts is None:
            return
        data: ForecastingData = trainer.datamodule  # type: ignore[attr-defined]
        forecasts = pl_module.forecasts
        table = errors_by_horizon(forecasts)
        table.to_csv(self.folder / ERRORS_TABLE, float_format=NUMBER)
        log.info("\nErrors at each horizon:\n%s", table.to_string(float_format=NUMBER))
        plot_errors(
            self.folder / ERRORS_PLOT,
            forecasts.mse(),
            forecasts.mae(),
            forecasts.relative_mse(),
            data.unit,
            time_step(data.series),
        )
        plot_examples(
            self.folder / EXAMPLES_PLOT,
            self._examples(forecasts, data),
            data.label,
            SEASONAL_NAIVE,
            pl_module.coverage,
        )

    def _examples(self, forecasts: Forecasts, data: ForecastingData) -> list[Example]:
        starts = data.windows("test").starts
        times = data.series.index
        O = forecasts.predicted[NETWORK]
        known = 2 * data.horizon  # values drawn before the forecast
        examples = []
        for n in torch.linspace(0, len(O) - 1, self.examples + 2)[1:-1].round().int().tolist():
            x = forecasts.x[n, -known:]
            start = int(starts[n])
            examples.append(
                Example(
                    times[start - len(x) : start + data.horizon],
                    x,
                    forecasts.y[n],
                    O[n],
                    O[n] + forecasts.interval,
                    forecasts.predicted[SEASONAL_NAIVE][n],
                )
            )
        return examples


def errors_by_horizon(forecasts: Forecasts) -> pd.DataFrame:
    """The errors of each method by horizon, from 1 on, in the unit of the series.

    `relative MSE` is the network's mean squared error divided by that of the better baseline.
    `coverage` is the fraction of the true values inside the prediction interval.
    """
    mse, mae = forecasts.mse(), forecasts.mae()
    methods = (NETWORK, PERSISTENCE, SEASONAL_NAIVE)
    columns = {
        **{f"MSE {method}": mse[method] for method in methods},
        "relative MSE": forecasts.relative_mse(),
        **{f"MAE {method}": mae[method] for method in methods},
        "coverage": forecasts.coverage(),
    }
    table = pd.DataFrame({name: values.numpy() for name, values in columns.items()})
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="horizon"))
