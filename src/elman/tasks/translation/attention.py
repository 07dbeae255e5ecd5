"""Where a decoder looked, as a picture."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from torch import Tensor

SIDE = 0.32  # inches of a token


def plot_attention(
    α: Tensor, source: Sequence[str], target: Sequence[str], path: str | Path
) -> None:
    """Draws the weights of the source's tokens, a row for each token that was written.

    Args:
        α: `(T, S)`.
        source: S tokens that were read.
        target: T tokens that were written.
        path: of the picture; its ending says of which kind.

    Raises:
        OSError: there is a file of that name already, or it cannot be written.
        ValueError: there is no such kind of picture.
    """
    if Path(path).exists():
        raise FileExistsError(f"attention: there is a file {path} already; give another name")
    S, T = len(source), len(target)
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    figure = Figure(figsize=(2.6 + SIDE * S, 1.6 + SIDE * T), layout=layout)
    axes = figure.subplots()
    image = axes.imshow(α.cpu().numpy(), cmap="Greys", vmin=0, vmax=1)
    axes.set_xticks(range(S), source, rotation=90)
    axes.set_yticks(range(T), target)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks([s - 0.5 for s in range(1, S)], minor=True)
    axes.set_yticks([t - 0.5 for t in range(1, T)], minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, aspect=12, ticks=[0, 0.5, 1])
    bar.set_label("$α_{ts}$")
    figure.savefig(path, dpi=120)
