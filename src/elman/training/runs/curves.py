"""Plots of the metrics over the steps of a training."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from elman.training.runs.csv_log import rows
from elman.training.runs.folder import CURVES

Curve = list[tuple[int, float]]
SMOOTHED = 100  # values from which on a smoothed curve lies over the single batches
WINDOW = 0.02  # fraction of the values that the moving average covers


def read_curves(run: Path) -> dict[str, Curve]:
    """The logged metrics of a run, resumed or not.

    Args:
        run: its folder, with the CSV logger's file below `csv/`; runs of earlier versions have one
            for each time that they were resumed.

    Returns:
        For each metric its values by step, in order.

    Raises:
        ValueError: a file is damaged.
    """
    curves: dict[str, dict[int, float]] = {}
    for path in sorted(run.glob("csv/version_*/metrics.csv"), key=_version):
        for row in rows(path)[1]:
            step = int(row.pop("step"))
            for name, value in row.items():
                if value:
                    curves.setdefault(name, {})[step] = float(value)
    return {name: sorted(values.items()) for name, values in curves.items()}


def _version(path: Path) -> int:
    number = path.parent.name.removeprefix("version_")
    return int(number) if number.isdecimal() else 0


def plot_curves(run: Path, metric: str, label: str) -> Path | None:
    """Plots the main metric, the cost, the gradient norm and the learning rate over the steps.

    Args:
        run: the folder of the run.
        metric: the main metric; logged after "train/", "validation/" and "test/".
        label: its axis label.

    Returns:
        Path of `curves.png` in the run's folder; None: nothing was logged to a CSV file.
    """
    curves = read_curves(run)
    if not curves:
        return None
    below = {
        "cost C": "train/cost",
        "gradient norm": "train/gradient_norm",
        "learning rate": "learning_rate",
    }
    below = {text: name for text, name in below.items() if name in curves}
    figure = Figure(figsize=(8, 4 + 1.4 * len(below)), layout="constrained")
    figure.suptitle(f"Training of {run.name}")
    main, *others = figure.subplots(
        1 + len(below), 1, sharex=True, squeeze=False, height_ratios=[3, *[1] * len(below)]
    )[:, 0]
    _plot_batches(main, curves.get(f"train/{metric}", []), "C0")
    if f"validation/{metric}" in curves:
        main.plot(*zip(*curves[f"validation/{metric}"], strict=True), "o-C1", label="validation")
    if f"test/{metric}" in curves:
        _, value = curves[f"test/{metric}"][-1]
        main.axhline(value, linestyle="--", color="C3", label=f"test: {value:.4g}")
    main.set_ylabel(label)
    main.grid(alpha=0.25)
    main.legend()
    for axes, (text, name) in zip(others, below.items(), strict=True):
        _plot_batches(axes, curves[name], "C2" if name != "learning_rate" else "C4")
        axes.set_ylabel(text)
        axes.grid(alpha=0.25)
    [main, *others][-1].set_xlabel("training steps")
    path = run / CURVES
    figure.savefig(path, dpi=120)
    return path


def _plot_batches(axes: Axes, curve: Curve, color: str) -> None:
    """Plots the values of single batches, and where these are many their moving average."""
    if not curve:
        return
    steps, values = (np.array(column) for column in zip(*curve, strict=True))
    if len(values) < SMOOTHED:
        axes.plot(steps, values, color=color, label="training")
        return
    axes.plot(steps, values, color=color, alpha=0.25, linewidth=0.8, label="training, one batch")
    width = max(3, int(WINDOW * len(values)))
    axes.plot(*_moving_average(steps, values, width), color=color, label="training, averaged")


def _moving_average(
    steps: NDArray[np.int64], values: NDArray[np.float64], width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means of `width` neighbours: of their steps and of their values."""
    kernel = np.full(width, 1 / width)
    return np.convolve(steps, kernel, "valid"), np.convolve(values, kernel, "valid")
