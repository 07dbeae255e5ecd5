"""Which classes are taken for which, as a picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray


def plot_confusion(confusion: NDArray[np.int64], classes: Sequence[str], path: Path) -> None:
    """Draws a confusion matrix, its shade telling the share of a class's examples.

    Args:
        confusion: how many examples of a class (row) were told to be of another (column), `(K, K)`.
        classes: their names, K.
        path: of the picture.
    """
    K = len(classes)
    share = confusion / np.maximum(confusion.sum(1, keepdims=True), 1)  # (K, K)
    side = 2.5 + 0.45 * K
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(K), classes, rotation=90)
    axes.set_yticks(range(K), classes)
    axes.set_xlabel("told")
    axes.set_ylabel("right")
    for (row, column), n in np.ndenumerate(confusion):
        if n:
            color = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, str(n), ha="center", va="center", color=color, fontsize=8)
    figure.savefig(path, dpi=120)
