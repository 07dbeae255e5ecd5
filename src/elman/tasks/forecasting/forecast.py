"""The forecast after the end of a series."""

import csv
import math
from pathlib import Path

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig

from elman.networks.forecaster import Forecaster
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.plots import plot_forecast
from elman.tasks.forecasting.report import FILES, ForecastReport, aligned, errors_by_horizon
from elman.training.checkpoint import restore
from elman.training.trainer import build_trainer

TABLE = "forecast.csv"
PICTURE = "forecast.png"


def forecast(config: DictConfig) -> None:
    """Forecasts, prints it and writes it as a table and a picture.

    Args:
        config: as composed from `conf/forecast.yaml`.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the series are not to be had, they do not
            fit each other, or there is a forecast in the folder already.
    """
    network, data, checkpoint = restore(config.checkpoint, config.data)
    if not isinstance(network, Forecaster) or not isinstance(data, ForecastingData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which does not "
            "forecast; give the run of a forecaster"
        )
    folder = Path(config.output_dir)
    for name in (TABLE, PICTURE, *(FILES if config.test else ())):
        if (folder / name).exists():
            raise FileExistsError(f"output_dir: there is a {folder / name} already")
    data.prepare_data()
    x, times = data.latest()
    with torch.inference_mode():
        O = network(x)  # (1, K)
        known, middle, low, high = (
            data.unscaled(values.double()).squeeze(0)
            for values in (x, O, *(O + end for end in network.interval))
        )
    series, share = data.series, checkpoint["training"]["share"]
    print(f"{series.value} after the end of {data.source}, with an interval of {share:.0%}:\n")
    # Two digits more than the values change by from season to season.
    decimals = max(0, 2 - math.floor(math.log10(data.scale)))
    table = [[series.time, "forecast", "low", "high"]]
    for time, *values in zip(times, *(v.tolist() for v in (middle, low, high)), strict=True):
        table.append([str(time), *(f"{value:.{decimals}f}" for value in values)])
    print(aligned(table))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TABLE).open("x", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    last = len(series.values)
    before = [series.time_of(n) for n in range(last - len(known), last)]
    interval = torch.stack([low, high])
    plot_forecast(folder / PICTURE, [*before, *times], known, middle, interval, series.value)
    if config.test:
        module = instantiate(checkpoint["training"])(network, instantiate(checkpoint["objective"]))
        report = ForecastReport(folder)
        trainer = build_trainer(
            config.trainer, callbacks=[report], logger=False, enable_checkpointing=False
        )
        trainer.test(module, data, verbose=False)
        print(f"\nOn {data.test_description}:\n{aligned(errors_by_horizon(module.forecasts))}")
    print(f"\nWritten to {folder / TABLE} and {folder / PICTURE}")
