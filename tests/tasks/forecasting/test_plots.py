from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from elman.tasks.forecasting.plots import Example, plot_errors, plot_examples, plot_forecast

TIMES = [datetime(2024, 2, 28, 20) + n * timedelta(hours=1) for n in range(7)]
X = torch.tensor([1.0, 3, 2, 4])
Y, O, NAIVE = torch.tensor([5.0, 6, 7]), torch.tensor([5.5, 6, 6]), torch.tensor([4.0, 4, 5])
ENDS = torch.stack([O - 1, O + 2])


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were saved."""
    figures: list[Figure] = []
    save_figure = Figure.savefig

    def savefig(figure: Figure, path: Path, **options: Any) -> None:
        figures.append(figure)
        save_figure(figure, path, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return figures


def heights(axes: Axes) -> list[list[float]]:
    return [list(line.get_ydata()) for line in axes.lines]  # type: ignore[arg-type]


def band(axes: Axes) -> set[float]:
    [filled] = axes.collections
    return {float(y) for _, y in filled.get_paths()[0].vertices}  # type: ignore[union-attr]


def test_examples_beside_what_came(tmp_path: Path, drawn: list[Figure]) -> None:
    example = Example(TIMES, X, Y, O, ENDS, NAIVE)
    plot_examples(tmp_path / "it.png", [example, example], "degrees", "naive")
    assert (tmp_path / "it.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    [figure] = drawn
    values, other, differences, _ = figure.axes
    assert values.get_ylabel() == "degrees"
    assert heights(values) == heights(other) == [[*X, *Y], [*O], [*NAIVE]]
    assert len({line.get_xdata()[-1] for line in values.lines}) == 1  # type: ignore[index]
    assert band(values) == {*ENDS.flatten().tolist()}
    assert heights(differences) == [[*(O - NAIVE)], [0, 0, 0], [*(Y - NAIVE)]]
    assert band(differences) == {*(ENDS - NAIVE).flatten().tolist()}
    [legend] = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["truth", "naive", "network", "interval"]


def test_errors_of_all_by_horizon(tmp_path: Path, drawn: list[Figure]) -> None:
    mse = {"network": Y, "persistence": 2 * Y, "seasonal-naive": 3 * Y}
    mae = {by: values / 10 for by, values in mse.items()}
    plot_errors(tmp_path / "it.png", mse, mae, Y / (2 * Y))
    squared, absolute, compared = drawn[0].axes
    assert heights(squared) == [values.tolist() for values in mse.values()]
    assert heights(absolute) == [values.tolist() for values in mae.values()]
    assert heights(compared)[0] == [0.5] * 3
    assert list(squared.lines[0].get_xdata()) == [1, 2, 3]  # type: ignore[arg-type]
    legend = squared.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list(mse)


@pytest.mark.parametrize("step", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=30)])
def test_a_forecast_after_the_end(tmp_path: Path, drawn: list[Figure], step: timedelta) -> None:
    times = [TIMES[0] + n * step for n in range(7)]
    plot_forecast(tmp_path / "it.png", times, X, O, ENDS, "degrees")
    [axes] = drawn[0].axes
    assert heights(axes) == [X.tolist(), O.tolist()]
    assert band(axes) == {*ENDS.flatten().tolist()}
    assert axes.lines[0].get_xdata()[-1] < axes.lines[1].get_xdata()[0]  # type: ignore[index]
