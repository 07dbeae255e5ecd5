from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from elman.tasks.classification.confusion import plot_confusion


def test_the_cells_show_counts_and_are_shaded_by_row(tmp_path: Path, drawn: list[Figure]) -> None:
    confusion = np.array([[3, 1, 0], [0, 8, 0], [0, 0, 0]])
    plot_confusion(confusion, ["a", "b", "c"], tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
    axes = drawn[0].axes[0]
    shades = np.asarray(axes.images[0].get_array())
    np.testing.assert_allclose(shades, [[0.75, 0.25, 0], [0, 1, 0], [0, 0, 0]])
    counts = {text.get_position(): text.get_text() for text in axes.texts}
    assert counts == {(0, 0): "3", (1, 0): "1", (1, 1): "8"}  # column, row
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b", "c"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert axes.get_title() == "accuracy 91.7% on 12 test examples"
