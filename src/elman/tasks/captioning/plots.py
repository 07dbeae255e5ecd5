"""A sheet of images with their predicted captions."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

COLUMNS = 5
CORRECT, WRONG, REFERENCE = "tab:green", "tab:red", "0.3"
FONT_SIZE, LINE_HEIGHT = 9, 11  # points
LINE = 26  # characters


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
    figure = Figure(figsize=(2.2 * COLUMNS, 2.5 * rows + 0.6), layout="constrained")
    correct = sum(a == b for a, b in zip(predictions, references, strict=True))
    figure.suptitle(
        f"{correct} of these {len(predictions)} predicted captions are correct (✓ green);\n"
        "below a wrong one (✗ red): the correct caption (grey)",
        fontsize=11,
    )
    for index, axes in enumerate(figure.subplots(rows, COLUMNS, squeeze=False).flat):
        axes.axis("off")
        if index < len(images):
            axes.imshow(images[index].permute(1, 2, 0).numpy(), interpolation="nearest")
            _write_caption(axes, predictions[index], references[index])
    figure.savefig(path, dpi=120, bbox_inches="tight")  # with the captions of the last row


def _write_caption(axes: Axes, prediction: str, reference: str) -> None:
    """Writes a prediction below an image, and the reference below a wrong prediction."""
    if prediction == reference:
        captions = [(f"✓ {prediction}", CORRECT)]
    else:
        captions = [(f"✗ {prediction}", WRONG), (reference, REFERENCE)]
    y = -4  # points below the image
    for caption, colour in captions:
        text = fill(caption, LINE, break_on_hyphens=False)
        axes.annotate(
            text, (0.5, 0), (0, y), "axes fraction", "offset points",
            color=colour, fontsize=FONT_SIZE, ha="center", va="top",
        )  # fmt: skip
        y -= LINE_HEIGHT * (text.count("\n") + 1) + 2
