from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from elman.tasks.forecasting.plots import Example, plot_errors, plot_examples, plot_forecast

START = datetime(2024, 2, 28, 20)
TIMES = pd.date_range(START, periods=7, freq="h")
X = torch.tensor([1.0, 3, 2, 4])
Y, O, NAIVE = torch.tensor([5.0, 6, 7]), torch.tensor([5.5, 6, 6]), torch.tensor([4.0, 4, 5])
ENDS = torch.stack([O - 1, O + 2])


def line_values(axes: Axes) -> list[list[float]]:
    return [list(line.get_ydata()) for line in axes.lines]  # type: ignore[arg-type]


def interval_ends(axes: Axes) -> set[float]:
    [filled] = axes.collections
    return {float(y) for _, y in filled.get_paths()[0].vertices}  # type: ignore[union-attr]


def test_draws_examples_and_their_differences_from_a_baseline(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    example = Example(TIMES, X, Y, O, ENDS, NAIVE)
    plot_examples(tmp_path / "plot.png", [example, example], "degrees", "naive", 0.8)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    [figure] = drawn
    values, other, differences, _ = figure.axes
    assert values.get_ylabel() == "degrees"
    assert line_values(values) == line_values(other) == [[*X, *Y], [*O], [*NAIVE]]
    assert len({line.get_xdata()[-1] for line in values.lines}) == 1  # type: ignore[index]
    assert interval_ends(values) == {*ENDS.flatten().tolist()}
    assert line_values(differences) == [[*(O - NAIVE)], [0, 0, 0], [*(Y - NAIVE)]]
    assert interval_ends(differences) == {*(ENDS - NAIVE).flatten().tolist()}
    [legend] = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["truth", "naive", "network", "80 % interval"]


def test_draws_the_errors_of_all_methods_by_horizon(tmp_path: Path, drawn: list[Figure]) -> None:
    mse = {"network": Y, "persistence": 2 * Y, "seasonal-naive": 3 * Y}
    mae = {method: values / 10 for method, values in mse.items()}
    plot_errors(tmp_path / "plot.png", mse, mae, Y / (2 * Y), "°F", timedelta(hours=1))
    squared, absolute, relative = drawn[0].axes
    assert line_values(squared) == [values.tolist() for values in mse.values()]
    assert line_values(absolute) == [values.tolist() for values in mae.values()]
    assert line_values(relative)[0] == [0.5] * 3
    assert list(squared.lines[0].get_xdata()) == [1, 2, 3]  # type: ignore[arg-type]
    assert squared.get_ylabel() == "mean squared error (°F²)"
    assert absolute.get_xlabel() == "steps ahead (hours)"
    [legend] = drawn[0].legends
    assert [text.get_text() for text in legend.get_texts()] == list(mse)


@pytest.mark.parametrize("step", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=30)])
def test_draws_a_forecast_after_the_known_values(
    tmp_path: Path, drawn: list[Figure], step: timedelta
) -> None:
    times = pd.date_range(START, periods=7, freq=step)
    plot_forecast(tmp_path / "plot.png", times, X, O, ENDS, "degrees", 0.8)
    [axes] = drawn[0].axes
    assert line_values(axes) == [X.tolist(), O.tolist()]
    assert interval_ends(axes) == {*ENDS.flatten().tolist()}
    assert axes.lines[0].get_xdata()[-1] < axes.lines[1].get_xdata()[0]  # type: ignore[index]
