import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from elman.training.runs.curves import plot_curves, read_curves

FIRST = """\
epoch,learning_rate,step,train/bpc,train/gradient_norm,validation/bpc
,0.001,49,,,
0,,49,4.75,0.5,
,0.002,99,,,
0,,99,4.25,0.25,
0,,99,,,4.5
"""
# Resumed after step 49: goes over step 99 again, to the end and its test.
SECOND = """\
epoch,learning_rate,step,test/bpc,train/bpc,train/gradient_norm,validation/bpc
0,,99,,4.0,0.125,
0,,149,,3.5,0.0625,
0,,149,,,,3.75
1,,150,3.25,,,
"""


def save(run: Path, version: int, figures: str, *, age: int = 0) -> None:
    """Writes a file as the CSV logger does, last changed `age` seconds ago."""
    path = run / "csv" / f"version_{version}" / "metrics.csv"
    path.parent.mkdir(parents=True)
    path.write_text(figures)
    os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))


def points(line: Line2D) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in np.asarray(line.get_xydata())]


def test_metrics_are_read_by_step_without_empty_cells(tmp_path: Path) -> None:
    save(tmp_path, 0, FIRST)

    assert read_curves(tmp_path) == {
        "epoch": [(49, 0.0), (99, 0.0)],
        "learning_rate": [(49, 0.001), (99, 0.002)],
        "train/bpc": [(49, 4.75), (99, 4.25)],
        "train/gradient_norm": [(49, 0.5), (99, 0.25)],
        "validation/bpc": [(99, 4.5)],
    }


# Version 10 comes before version 9 where names are sorted.
@pytest.mark.parametrize(("first", "second"), [(0, 1), (9, 10)])
def test_of_a_resumed_run_the_later_file_counts_for_the_same_step(
    tmp_path: Path, first: int, second: int
) -> None:
    save(tmp_path, first, FIRST, age=60)
    save(tmp_path, second, SECOND)

    curves = read_curves(tmp_path)

    assert curves["train/bpc"] == [(49, 4.75), (99, 4.0), (149, 3.5)]
    assert curves["validation/bpc"] == [(99, 4.5), (149, 3.75)]
    assert curves["learning_rate"] == [(49, 0.001), (99, 0.002)]
    assert curves["test/bpc"] == [(150, 3.25)]


def test_values_are_in_the_order_of_steps(tmp_path: Path) -> None:
    save(tmp_path, 0, "step,train/bpc\n20,2\n40,1\n", age=60)
    save(tmp_path, 1, "step,train/bpc\n30,1.5\n10,3\n")

    assert read_curves(tmp_path) == {"train/bpc": [(10, 3.0), (20, 2.0), (30, 1.5), (40, 1.0)]}


def test_a_run_without_metrics_has_no_curves(tmp_path: Path) -> None:
    assert read_curves(tmp_path) == {}


def test_the_picture_shows_the_curves_over_the_steps(tmp_path: Path, drawn: list[Figure]) -> None:
    save(tmp_path, 0, FIRST, age=60)
    save(tmp_path, 1, SECOND)

    path = plot_curves(tmp_path, "bpc", "bits per character")

    assert path == tmp_path / "curves.png"
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    [figure] = drawn
    bits, norm, rate = figure.axes
    lines = {str(line.get_label()): line for line in bits.lines}
    assert list(lines) == ["training", "validation", "test: 3.25"]
    assert points(lines["training"]) == [[49, 4.75], [99, 4], [149, 3.5]]
    assert points(lines["validation"]) == [[99, 4.5], [149, 3.75]]
    assert [y for _, y in points(lines["test: 3.25"])] == [3.25, 3.25]
    assert points(norm.lines[0]) == [[49, 0.5], [99, 0.125], [149, 0.0625]]
    assert points(rate.lines[0]) == [[49, 0.001], [99, 0.002]]


def test_a_run_without_validation_and_test_has_a_picture(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    save(tmp_path, 0, "step,train/bpc,learning_rate\n49,4.75,0.001\n")
    path = plot_curves(tmp_path, "bpc", "bits per character")
    assert path is not None
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert [line.get_label() for line in drawn[0].axes[0].lines] == ["training"]


def test_without_any_metric_there_is_no_picture(tmp_path: Path) -> None:
    save(tmp_path, 0, "step\n")
    assert plot_curves(tmp_path, "bpc", "bits per character") is None
    assert not (tmp_path / "curves.png").exists()


def test_many_batches_have_a_moving_average_and_the_cost_its_own_axes(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    rows = [f"{step},{step % 2},{step}" for step in range(200)]
    save(tmp_path, 0, "step,train/accuracy,train/cost\n" + "\n".join(rows) + "\n")
    plot_curves(tmp_path, "accuracy", "accuracy")
    [figure] = drawn
    accuracy, cost = figure.axes
    labels = [line.get_label() for line in accuracy.lines]
    assert labels == ["training, one batch", "training, averaged"]
    assert all(abs(y - 0.5) <= 0.25 for _, y in points(accuracy.lines[1]))
    assert cost.get_ylabel() == "cost C"
    assert points(cost.lines[1])[0] == pytest.approx([1.5, 1.5])


@pytest.mark.parametrize(
    "figures",
    [
        "epoch,cost\n0,1.5\n",
        "step,cost\nx,1.5\n",
        "step,cost\n1,x\n",
        "step,cost\n1,2,3\n",
        "step\n\xff",
    ],
)
def test_a_damaged_file_of_metrics_names_its_line(tmp_path: Path, figures: str) -> None:
    save(tmp_path, 0, "")
    file = tmp_path / "csv" / "version_0" / "metrics.csv"
    file.write_bytes(figures.encode("latin-1"))
    with pytest.raises(ValueError, match=r"metrics\.csv, line \d: it is not a table of metrics"):
        read_curves(tmp_path)
