"""Forecasts the values after the end of a series."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd
import torch
from torch import Tensor

from elman.output_files import check_output_folder
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.plots import interval_name, plot_forecast
from elman.tasks.forecasting.report import FILES, NUMBER, ForecastReport, errors_by_horizon
from elman.training.checkpoints.checkpoint import restore
from elman.training.trainer import build_trainer

TABLE = "forecast.csv"
PICTURE = "forecast.png"


@dataclass(frozen=True)
class Forecast:
    """The values of `scripts/forecast.py`, explained in `conf/forecast.yaml`."""

    checkpoint: str
    trust: list[str]
    test: bool
    data: dict[str, Any]
    trainer: dict[str, Any]
    output_dir: str

    def __post_init__(self) -> None:
        check_output_folder("output_dir", self.output_dir)


def forecast(values: Forecast) -> None:
    """Prints a forecast, and writes it as a table and as a picture.

    Args:
        values: of the script.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the series is missing or invalid, they do
            not fit each other, or the output folder contains a forecast already.
    """
    trained = restore(values.checkpoint, values.data, values.trust)
    network, data, _ = trained
    if not hasattr(network, "interval") or not isinstance(data, ForecastingData):
        raise ValueError(
            f"checkpoint: {values.checkpoint} contains a {type(network).__name__}, which cannot "
            "forecast; give a run of experiment=forecast"
        )
    folder = Path(values.output_dir)
    for name in (TABLE, PICTURE, *(FILES if values.test else ())):
        if (folder / name).exists():
            raise FileExistsError(f"output_dir: {folder / name} exists already")
    data.prepare_data()
    x, times = data.latest()
    with torch.inference_mode():
        O = network(x)  # (1, K)
        known, middle, low, high = (
            data.unscale(values.double()).squeeze(0)
            for values in (x, O, *(O + end for end in cast("Tensor", network.interval)))
        )
    module = trained.build("training")(network, trained.build("objective"))
    coverage = module.coverage
    print(f"{data.label} after the end of {data.source}, {interval_name(coverage)}:\n")
    table = pd.DataFrame(
        {"forecast": middle.numpy(), "low": low.numpy(), "high": high.numpy()},
        index=times.rename(data.series.index.name),
    )
    # Two digits more than the typical change over a season has.
    decimals = max(0, 2 - math.floor(math.log10(data.scale)))
    number = f"{{:.{decimals}f}}".format
    print(table.reset_index().to_string(index=False, float_format=number))
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / TABLE, mode="x", float_format=number)
    plot_forecast(
        folder / PICTURE,
        data.series.index[-len(known) :].append(times),
        known,
        middle,
        torch.stack([low, high]),
        data.label,
        coverage,
    )
    if values.test:
        report = ForecastReport(folder)
        trainer = build_trainer(
            values.trainer, callbacks=[report], logger=False, enable_checkpointing=False
        )
        trainer.test(module, data, verbose=False)
        errors = errors_by_horizon(module.forecasts).to_string(float_format=NUMBER)
        print(f"\nErrors on {data.test_description}:\n{errors}")
    print(f"\nWritten to {folder / TABLE} and {folder / PICTURE}")
