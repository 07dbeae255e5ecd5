"""Plots of forecasts and of their errors."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from torch import Tensor

NETWORK_COLOR, BASELINE_COLORS, TRUTH_COLOR = "C0", ("C1", "C2"), "0.2"
EXAMPLE_WIDTH = 4.5  # inches
UNITS = {  # of the time axis, by time step
    timedelta(seconds=1): "seconds",
    timedelta(minutes=1): "minutes",
    timedelta(hours=1): "hours",
    timedelta(days=1): "days",
    timedelta(weeks=1): "weeks",
}


class Example(NamedTuple):
    """One forecast and the true values.

    Attributes:
        times: the times of x, then of y, `(T + K)`.
        x: known values, `(T)`.
        y: true values, `(K)`.
        O: the forecast, `(K)`.
        interval: the lower and the upper end of the prediction interval, `(2, K)`.
        baseline: another forecast, `(K)`.
    """

    times: pd.DatetimeIndex
    x: Tensor
    y: Tensor
    O: Tensor
    interval: Tensor
    baseline: Tensor


def plot_examples(
    path: Path, examples: list[Example], label: str, baseline: str, coverage: float
) -> None:
    """Draws forecasts in a row and, below each one, its difference from a baseline.

    Args:
        path: of the picture.
        examples: the forecasts.
        label: axis label of the values.
        baseline: name of the baseline.
        coverage: nominal coverage of the prediction interval.
    """
    figure = Figure(figsize=(EXAMPLE_WIDTH * len(examples), 6), layout="constrained")
    columns = figure.subplots(2, len(examples), sharey="row", squeeze=False).T
    for (values, differences), example in zip(columns, examples, strict=True):
        before, after = _split(example.times, len(example.x))
        truth = torch.cat([example.x, example.y])
        values.plot([*before, *after], truth.tolist(), color=TRUTH_COLOR)
        for axes, zero in ((values, torch.zeros_like(example.y)), (differences, example.baseline)):
            low, high = (example.interval - zero).tolist()
            axes.fill_between(after, low, high, color=NETWORK_COLOR, alpha=0.25)
            axes.plot(after, (example.O - zero).tolist(), color=NETWORK_COLOR)
            axes.plot(after, (example.baseline - zero).tolist(), ":", color=BASELINE_COLORS[1])
            _date_axis(axes)
        differences.plot(after, (example.y - example.baseline).tolist(), color=TRUTH_COLOR)
    values, differences = columns[0]
    values.set_ylabel(label)
    differences.set_ylabel(f"{label}\nminus {baseline}")
    lines = {"truth": values.lines[0], baseline: values.lines[2], "network": values.lines[1]}
    handles = [*lines.values(), *values.collections]
    names = [*lines, interval_name(coverage)]
    figure.legend(handles, names, loc="outside upper center", ncols=len(handles))
    figure.savefig(path, dpi=120)


def plot_errors(
    path: Path,
    mse: Mapping[str, Tensor],
    mae: Mapping[str, Tensor],
    relative_mse: Tensor,
    unit: str,
    step: timedelta,
) -> None:
    """Draws errors by horizon.

    Args:
        path: of the picture.
        mse: mean squared errors of the network, then of the baselines, by name, `(K)` each.
        mae: mean absolute errors, in the same way.
        relative_mse: the network's mean squared error divided by the better baseline's, `(K)`.
        unit: of the values.
        step: the time from one value to the next.
    """
    figure = Figure(figsize=(12, 4), layout="constrained")
    squared, absolute, relative = figure.subplots(1, 3)
    horizons = range(1, len(relative_mse) + 1)
    for axes, errors, label in (
        (squared, mse, f"mean squared error ({unit}²)"),
        (absolute, mae, f"mean absolute error ({unit})"),
    ):
        colors = (NETWORK_COLOR, *BASELINE_COLORS)
        for (method, values), color in zip(errors.items(), colors, strict=True):
            axes.plot(horizons, values.tolist(), ".-", color=color, label=method)
        axes.set_yscale("log")
        axes.set_ylabel(label)
    relative.plot(horizons, relative_mse.tolist(), ".-", color=NETWORK_COLOR)
    relative.axhline(1, color=TRUTH_COLOR, linestyle="--", linewidth=1)
    relative.set_ylim(bottom=0)
    relative.set_ylabel("mean squared error ÷ the better baseline's")
    for axes in (squared, absolute, relative):
        axes.set_xlabel(f"steps ahead ({UNITS.get(step, f'{step} each')})")
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.legend(*squared.get_legend_handles_labels(), loc="outside upper center", ncols=len(mse))
    figure.savefig(path, dpi=120)


def plot_forecast(
    path: Path,
    times: pd.DatetimeIndex,
    x: Tensor,
    O: Tensor,
    interval: Tensor,
    label: str,
    coverage: float,
) -> None:
    """Draws the forecast after the end of a series.

    Args:
        path: of the picture.
        times: the times of x, then of the forecast, `(T + K)`.
        x: known values, `(T)`.
        O: the forecast, `(K)`.
        interval: the lower and the upper end of the prediction interval, `(2, K)`.
        label: axis label of the values.
        coverage: nominal coverage of the prediction interval.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    before, after = _split(times, len(x))
    low, high = interval.tolist()
    axes.plot(before, x.tolist(), color=TRUTH_COLOR, label="known values")
    axes.plot(after, O.tolist(), color=NETWORK_COLOR, label="forecast")
    name = interval_name(coverage)
    axes.fill_between(after, low, high, color=NETWORK_COLOR, alpha=0.25, label=name)
    axes.set_ylabel(label)
    figure.legend(loc="outside upper center", ncols=3)
    _date_axis(axes)
    figure.savefig(path, dpi=120)


def interval_name(coverage: float) -> str:
    """`80 % interval`."""
    return f"{100 * coverage:g} % interval"


def _split(times: pd.DatetimeIndex, n: int) -> tuple[list[float], list[float]]:
    days: list[float] = date2num(times.to_pydatetime()).tolist()  # type: ignore[no-untyped-call]
    return days[:n], days[n:]


def _date_axis(axes: Axes) -> None:
    axes.set_xlabel("time")
    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
