"""A sheet of images with their predicted captions."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from matplotlib.figure import Figure
from torch import Tensor

COLUMNS = 6
CORRECT, WRONG = "C2", "C3"  # green, red
LINE = 26  # characters under an image


def plot_captions(
    images: Tensor, predictions: Sequence[str], references: Sequence[str], path: Path
) -> None:
    """Draws each image above its predicted caption, and above the correct one if that differs.

    Args:
        images: RGB values from 0 to 255, uint8 `(N, 3, side, side)`.
        predictions: N captions of a network.
        references: N correct captions.
        path: of the file to write.
    """
    rows = -(-len(images) // COLUMNS)
    figure = Figure(figsize=(2 * COLUMNS, 2.35 * rows + 0.4), layout="constrained")
    correct = sum(a == b for a, b in zip(predictions, references, strict=True))
    figure.suptitle(f"{correct} of these {len(predictions)} captions are right", fontsize=11)
    for index, axes in enumerate(figure.subplots(rows, COLUMNS, squeeze=False).flat):
        axes.axis("off")
        if index >= len(images):
            continue
        axes.imshow(images[index].permute(1, 2, 0).numpy(), interpolation="nearest")
        is_correct = predictions[index] == references[index]
        below = {"x": 0.5, "transform": axes.transAxes, "ha": "center", "va": "top", "fontsize": 8}
        text = fill(("✓ " if is_correct else "✗ ") + predictions[index], LINE)
        axes.text(y=-0.03, s=text, color=CORRECT if is_correct else WRONG, **below)
        if not is_correct:
            lines = text.count("\n") + 1
            axes.text(y=-0.03 - 0.1 * lines, s=fill(references[index], LINE), color="0.3", **below)
    figure.savefig(path, dpi=120, bbox_inches="tight")  # with the last row's captions
