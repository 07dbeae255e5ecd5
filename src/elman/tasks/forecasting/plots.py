"""Forecasts and their errors as pictures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import torch
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from torch import Tensor

NETWORK_COLOR, BASELINE_COLORS, TRUTH_COLOR = "C0", ("C1", "C2"), "0.2"
WIDTH_OF_ONE = 4.5  # inches, of an example


class Example(NamedTuple):
    """One forecast beside what came.

    Attributes:
        times: of the values that are shown, then of those that are forecast.
        x: values before, `(T)`.
        y: what came, `(K)`.
        O: the forecast, `(K)`.
        interval: its low and its high end, `(2, K)`.
        baseline: another forecast, `(K)`.
    """

    times: Sequence[datetime]
    x: Tensor
    y: Tensor
    O: Tensor
    interval: Tensor
    baseline: Tensor


def plot_examples(path: Path, examples: Sequence[Example], label: str, baseline: str) -> None:
    """Draws forecasts in a row, and below each, larger, its differences from another one.

    Args:
        path: of the picture.
        examples: forecasts.
        label: what the values are.
        baseline: what the other forecast is.
    """
    figure = Figure(figsize=(WIDTH_OF_ONE * len(examples), 6), layout="constrained")
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
            _dates(axes)
        differences.plot(after, (example.y - example.baseline).tolist(), color=TRUTH_COLOR)
    values, differences = columns[0]
    values.set_ylabel(label)
    differences.set_ylabel(f"difference from {baseline}")
    lines = {"truth": values.lines[0], baseline: values.lines[2], "network": values.lines[1]}
    handles = [*lines.values(), *values.collections]
    figure.legend(handles, [*lines, "interval"], loc="outside upper center", ncols=len(handles))
    figure.savefig(path, dpi=120)


def plot_errors(
    path: Path, mse: Mapping[str, Tensor], mae: Mapping[str, Tensor], ratio: Tensor
) -> None:
    """Draws errors by horizon.

    Args:
        path: of the picture.
        mse: mean squared errors of the network, then of others, by name, `(K)` each.
        mae: the same of the mean absolute errors.
        ratio: of the network's mean squared error to the better of the others', `(K)`.
    """
    figure = Figure(figsize=(12, 4), layout="constrained")
    squared, absolute, compared = figure.subplots(1, 3)
    horizons = range(1, len(ratio) + 1)
    for axes, errors, label in (
        (squared, mse, "mean squared error"),
        (absolute, mae, "mean absolute error"),
    ):
        colors = (NETWORK_COLOR, *BASELINE_COLORS)
        for (by, values), color in zip(errors.items(), colors, strict=True):
            axes.plot(horizons, values.tolist(), ".-", color=color, label=by)
        axes.set_yscale("log")
        axes.set_ylabel(label)
        axes.legend()
    compared.plot(horizons, ratio.tolist(), ".-", color=NETWORK_COLOR)
    compared.axhline(1, color=TRUTH_COLOR, linestyle="--", linewidth=1)
    compared.set_ylim(bottom=0)
    compared.set_ylabel("mean squared error ÷ the better baseline's")
    for axes in (squared, absolute, compared):
        axes.set_xlabel("steps ahead")
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.savefig(path, dpi=120)


def plot_forecast(
    path: Path, times: Sequence[datetime], x: Tensor, O: Tensor, interval: Tensor, label: str
) -> None:
    """Draws the forecast after the end of a series.

    Args:
        path: of the picture.
        times: of the values that are shown, then of those that are forecast.
        x: values before, `(T)`.
        O: the forecast, `(K)`.
        interval: its low and its high end, `(2, K)`.
        label: what the values are.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    before, after = _split(times, len(x))
    low, high = interval.tolist()
    axes.plot(before, x.tolist(), color=TRUTH_COLOR, label="known")
    axes.plot(after, O.tolist(), color=NETWORK_COLOR, label="forecast")
    axes.fill_between(after, low, high, color=NETWORK_COLOR, alpha=0.25, label="interval")
    axes.set_ylabel(label)
    axes.legend()
    _dates(axes)
    figure.savefig(path, dpi=120)


def _split(times: Sequence[datetime], n: int) -> tuple[list[float], list[float]]:
    days: list[float] = date2num(times).tolist()  # type: ignore[no-untyped-call]
    return days[:n], days[n:]


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
