"""Pictures with the captions that a network has written, as one sheet."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from matplotlib.figure import Figure
from torch import Tensor

COLUMNS = 6
RIGHT, WRONG = "C2", "C3"
LINE = 26  # characters under a picture


def plot_captions(pictures: Tensor, told: Sequence[str], truth: Sequence[str], path: Path) -> None:
    """Draws each picture over its caption: green if right, red over the truth if wrong.

    Args:
        pictures: red, green and blue from 0 to 1, `(N, 3, side, side)`.
        told: N captions as they were written.
        truth: N captions as they ought to be.
        path: of the file to write.
    """
    rows = -(-len(pictures) // COLUMNS)
    figure = Figure(figsize=(2 * COLUMNS, 2.35 * rows + 0.4), layout="constrained")
    right = sum(a == b for a, b in zip(told, truth, strict=True))
    figure.suptitle(f"{right} of these {len(told)} captions are right", fontsize=11)
    for number, axes in enumerate(figure.subplots(rows, COLUMNS, squeeze=False).flat):
        axes.axis("off")
        if number >= len(pictures):
            continue
        axes.imshow(pictures[number].permute(1, 2, 0).numpy(), interpolation="nearest")
        is_right = told[number] == truth[number]
        below = {"x": 0.5, "transform": axes.transAxes, "ha": "center", "va": "top", "fontsize": 8}
        written = fill(("✓ " if is_right else "✗ ") + told[number], LINE)
        axes.text(y=-0.03, s=written, color=RIGHT if is_right else WRONG, **below)
        if not is_right:
            lines = written.count("\n") + 1
            axes.text(y=-0.03 - 0.1 * lines, s=fill(truth[number], LINE), color="0.3", **below)
    figure.savefig(path, dpi=120, bbox_inches="tight")  # with the last row's captions
