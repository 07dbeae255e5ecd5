from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from elman.tasks.classification.confusion import plot_confusion


def test_numbers_stand_in_the_cells_shaded_by_the_share_of_a_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    save = Figure.savefig

    def savefig(figure: Figure, *arguments: Any, **options: Any) -> None:
        drawn.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    confusion = np.array([[3, 1, 0], [0, 8, 0], [0, 0, 0]])
    plot_confusion(confusion, ["a", "b", "c"], tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
    [axes] = drawn[0].axes
    shades = np.asarray(axes.images[0].get_array())
    np.testing.assert_allclose(shades, [[0.75, 0.25, 0], [0, 1, 0], [0, 0, 0]])
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "3", (1, 0): "1", (1, 1): "8"}  # column, row
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b", "c"]
