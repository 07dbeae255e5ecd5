"""Plots of the table: learning curves, and the result over the length of the sequences."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from matplotlib.figure import Figure

from elman.comparison.reproduction.cells import Cell
from elman.comparison.reproduction.rows import Row
from elman.comparison.reproduction.table import Outcomes, results_of
from elman.training.runs.curves import read_curves
from elman.training.runs.results import Result

COLORS = {"elman": "C0", "torch": "C1"}


def plot_learning(row: Row, outcomes: Outcomes, path: Path) -> None:
    """Plots the validation metric of all runs of a row over the steps.

    Args:
        row: with at least one result.
        outcomes: of all rows.
        path: of the file to write.
    """
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    named: set[str] = set()
    for cell, result in _results(row, outcomes):
        curve = read_curves(cell.folder).get(f"validation/{result.metric}", [])
        label = None if cell.rnn in named else f"rnn={cell.rnn}"
        named.add(cell.rnn)
        axes.plot(*zip(*curve, strict=True), ".-", color=COLORS[cell.rnn], alpha=0.7, label=label)
        axes.set_ylabel(f"validation: {result.label}")
    if row.criterion.metric == result.metric:
        axes.axhline(row.criterion.bound, color="C3", linestyle="--", label=row.criterion.text)
    axes.set(title=row.task, xlabel="training steps")
    axes.grid(alpha=0.25)
    axes.legend()
    figure.savefig(path, dpi=120)


def plot_over_length(family: Sequence[Row], outcomes: Outcomes, path: Path) -> None:
    """Plots the test metric over the length of the sequences, mean and range over the seeds.

    Args:
        family: rows with T, at least one of them with a result.
        outcomes: of all rows.
        path: of the file to write.
    """
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for rnn, color in COLORS.items():
        points = {row.T: results_of(row, rnn, outcomes) for row in family if row.T is not None}
        points = {T: results for T, results in points.items() if results}
        if not points:
            continue
        values = {T: [r.metrics[r.metric] for r in results] for T, results in points.items()}
        centers = [mean(each) for each in values.values()]
        spread = [
            [center - min(each) for center, each in zip(centers, values.values(), strict=True)],
            [max(each) - center for center, each in zip(centers, values.values(), strict=True)],
        ]
        axes.errorbar(
            list(values), centers, spread, fmt="o-", capsize=4, color=color, label=f"rnn={rnn}"
        )
        labels = dict.fromkeys(r.label for results in points.values() for r in results)
        axes.set_ylabel(f"test: {', '.join(labels)}")
    axes.axhline(
        family[0].criterion.bound, color="C3", linestyle="--", label=family[0].criterion.text
    )
    axes.set(title=family[0].family, xlabel="time steps T")
    axes.grid(alpha=0.25)
    axes.legend()
    figure.savefig(path, dpi=120)


def _results(row: Row, outcomes: Outcomes) -> list[tuple[Cell, Result]]:
    return [
        (cell, outcome)
        for cell, outcome in outcomes.items()
        if cell.row == row and isinstance(outcome, Result)
    ]
