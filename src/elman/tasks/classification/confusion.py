"""A picture of a confusion matrix."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray


def plot_confusion(confusion: NDArray[np.int64], classes: Sequence[str], path: Path) -> None:
    """Draws a confusion matrix with the counts in its cells.

    The shade of a cell is its fraction of the examples of its row, so that small classes can be
    read like large ones.

    Args:
        confusion: number of examples of each true class (row) that were predicted to be of each
            class (column), `(K, K)`.
        classes: the names of the classes, K.
        path: the PNG file to write.
    """
    K = len(classes)
    total = confusion.sum()
    accuracy = confusion.trace() / max(total, 1)
    fractions = confusion / np.maximum(confusion.sum(1, keepdims=True), 1)  # (K, K)
    side = 3.5 + 0.45 * K  # inches
    figure = Figure(figsize=(side + 1, side), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(K), classes, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(K), classes)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.set_title(f"accuracy {accuracy:.1%} on {total:,} test examples")
    figure.colorbar(image, shrink=0.8, format="{x:.0%}", label="fraction of the true class")
    for (row, column), count in np.ndenumerate(confusion):
        if count:
            color = "white" if fractions[row, column] > 0.5 else "black"
            axes.text(column, row, f"{count}", ha="center", va="center", color=color, fontsize=9)
    figure.savefig(path, dpi=120)
