"""Forecasts and their errors as pictures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
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
    """Draws forecasts in a row, and below each how far it and another are off.

    Args:
        path: of the picture.
        examples: forecasts.
        label: what the values are.
        baseline: what the other forecast is.
    """
    figure = Figure(figsize=(WIDTH_OF_ONE * len(examples), 6), layout="constrained")
    columns = figure.subplots(2, len(examples), sharex="col", sharey="row", squeeze=False).T
    for (values, errors), example in zip(columns, examples, strict=True):
        before, after = example.times[: len(example.x)], example.times[len(example.x) :]
        low, high = example.interval.tolist()
        values.plot(before, example.x.tolist(), color=TRUTH_COLOR)
        values.plot(after, example.y.tolist(), color=TRUTH_COLOR, label="truth")
        values.plot(after, example.baseline.tolist(), ":", color=BASELINE_COLORS[1], label=baseline)
        values.plot(after, example.O.tolist(), color=NETWORK_COLOR, label="network")
        values.fill_between(after, low, high, color=NETWORK_COLOR, alpha=0.25, label="interval")
        low, high = (example.interval - example.y).tolist()
        errors.fill_between(after, low, high, color=NETWORK_COLOR, alpha=0.25)
        errors.plot(after, (example.O - example.y).tolist(), color=NETWORK_COLOR)
        errors.plot(after, (example.baseline - example.y).tolist(), ":", color=BASELINE_COLORS[1])
        errors.axhline(0, color=TRUTH_COLOR, linewidth=1)
        _dates(errors)
    columns[0][0].set_ylabel(label)
    columns[0][0].legend()
    columns[0][1].set_ylabel("forecast − truth")
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
    before, after = times[: len(x)], times[len(x) :]
    low, high = interval.tolist()
    axes.plot(before, x.tolist(), color=TRUTH_COLOR, label="known")
    axes.plot(after, O.tolist(), color=NETWORK_COLOR, label="forecast")
    axes.fill_between(after, low, high, color=NETWORK_COLOR, alpha=0.25, label="interval")
    axes.set_ylabel(label)
    axes.legend()
    _dates(axes)
    figure.savefig(path, dpi=120)


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
