"""The course of a training as a picture."""

import csv
from pathlib import Path

from matplotlib.figure import Figure

from elman.training.run_folder import CURVES

Curve = list[tuple[int, float]]


def read_curves(run: Path) -> dict[str, Curve]:
    """The logged figures of a run, resumed or not.

    Args:
        run: its folder, with the CSV logger's files below `csv/`.

    Returns:
        For each figure's name its values by step, in order of steps.
    """
    curves: dict[str, dict[int, float]] = {}
    for path in sorted(run.glob("csv/version_*/metrics.csv"), key=_version):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                step = int(row.pop("step"))
                for name, value in row.items():
                    if value:
                        curves.setdefault(name, {})[step] = float(value)
    return {name: sorted(values.items()) for name, values in curves.items()}


def _version(path: Path) -> int:
    return int(path.parent.name.removeprefix("version_"))


def plot_curves(run: Path, figure_name: str, label: str) -> Path:
    """Draws a figure, gradient norm and learning rate over the steps of a run.

    Args:
        run: its folder.
        figure_name: of the figure to judge by, as it is logged after "train/", "validation/" and
            "test/".
        label: what it is, for the axis.

    Returns:
        Path of the picture, `curves.png` in the run's folder.
    """
    curves = read_curves(run)
    figure = Figure(figsize=(8, 8), layout="constrained")
    judged, norm, rate = figure.subplots(
        3, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1, 1]}
    )
    steps, values = _course(curves, f"train/{figure_name}")
    if values:  # some figures are of a whole part of the data alone
        judged.plot(steps, values, color="0.75", label="training, one batch")
    steps, values = _course(curves, f"validation/{figure_name}")
    judged.plot(steps, values, "o-", label="validation")
    _, values = _course(curves, f"test/{figure_name}")
    if values:
        judged.axhline(values[-1], linestyle="--", color="C3", label=f"test {values[-1]:.3f}")
    judged.set_ylabel(label)
    judged.legend()
    norm.plot(*_course(curves, "train/gradient_norm"), color="C2")
    norm.set_ylabel("gradient norm")
    rate.plot(*_course(curves, "learning_rate"), color="C1")
    rate.set_ylabel("learning rate")
    rate.set_xlabel("training steps")
    path = run / CURVES
    figure.savefig(path, dpi=120)
    return path


def _course(curves: dict[str, Curve], name: str) -> tuple[list[int], list[float]]:
    curve = curves.get(name, [])
    return [step for step, _ in curve], [value for _, value in curve]
