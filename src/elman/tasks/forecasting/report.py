"""What a test of forecasts leaves in a folder: a table of errors and pictures."""

import csv
import logging
from pathlib import Path

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.errors import NETWORK, PERSISTENCE, SEASONAL, Forecasts
from elman.tasks.forecasting.plots import Example, plot_errors, plot_examples
from elman.tasks.forecasting.training import ForecastingTraining

log = logging.getLogger(__name__)

ERRORS_TABLE = "errors_by_horizon.csv"
ERRORS = "errors_by_horizon.png"
EXAMPLES = "forecasts.png"
FILES = (ERRORS_TABLE, ERRORS, EXAMPLES)


class ForecastReport(Callback):
    """After a test writes errors by horizon, as a table and a picture, and a few forecasts.

    Args:
        folder: where to.
        examples: forecasts to draw.
    """

    def __init__(self, folder: str | Path, examples: int = 3) -> None:
        self.folder = Path(folder)
        self.examples = examples

    @rank_zero_only
    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes everything."""
        if not isinstance(pl_module, ForecastingTraining) or pl_module.forecasts is None:
            return
        data: ForecastingData = trainer.datamodule  # type: ignore[attr-defined]
        tested = pl_module.forecasts
        table = errors_by_horizon(tested)
        with (self.folder / ERRORS_TABLE).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(table)
        log.info("\nBy horizon:\n%s", aligned(table))
        plot_errors(self.folder / ERRORS, tested.mse(), tested.mae(), tested.ratio())
        plot_examples(
            self.folder / EXAMPLES, self._examples(tested, data), data.series.value, SEASONAL
        )

    def _examples(self, tested: Forecasts, data: ForecastingData) -> list[Example]:
        begins = data.windows("test").begins
        O = tested.by[NETWORK]
        shown = 2 * data.horizon  # values before the forecast
        examples = []
        for n in torch.linspace(0, len(O) - 1, self.examples + 2)[1:-1].round().int().tolist():
            x = tested.x[n, -shown:]
            first = int(begins[n])
            times = [data.series.time_of(t) for t in range(first - len(x), first + data.horizon)]
            examples.append(
                Example(times, x, tested.y[n], O[n], O[n] + tested.interval, tested.by[SEASONAL][n])
            )
        return examples


def errors_by_horizon(tested: Forecasts) -> list[list[str]]:
    """A table, its first line the names of the columns.

    `ratio` is the network's MSE, that of the better baseline being 1; `coverage` the share of what
    came that lies in the interval.
    """
    mse, mae = tested.mse(), tested.mae()
    named = {
        **{f"MSE {by}": mse[by] for by in (NETWORK, PERSISTENCE, SEASONAL)},
        "ratio": tested.ratio(),
        **{f"MAE {by}": mae[by] for by in (NETWORK, PERSISTENCE, SEASONAL)},
        "coverage": tested.coverage(),
    }
    columns = [[f"{value:.4g}" for value in values.tolist()] for values in named.values()]
    lines = zip(*columns, strict=True)
    return [["horizon", *named], *([str(k), *line] for k, line in enumerate(lines, start=1))]


def aligned(table: list[list[str]]) -> str:
    """A table to print."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in table
    )
