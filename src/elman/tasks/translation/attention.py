"""A picture of the attention weights of a translation."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from torch import Tensor

from elman.checks import check_choice
from elman.tasks.translation.subwords import CONTINUES

CELL = 0.32  # inches, height and width of an attention weight
BAR = 2.4  # inches, maximum height of the colour bar


def plot_attention(
    α: Tensor, source: Sequence[str], translation: Sequence[str], path: str | Path
) -> None:
    """Draws the attention weights: a column per source token, a row per token of the translation.

    Args:
        α: attention weights, `(T, S)`.
        source: S tokens, see `Subwords.readable`.
        translation: T tokens.
        path: of the picture to write; its suffix, such as .png, gives the format.

    Raises:
        OSError: the file exists already, or cannot be written.
        ValueError: the format is unknown.
    """
    if Path(path).exists():
        raise FileExistsError(f"attention: the file {path} exists already; give another name")
    S, T = len(source), len(translation)
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    figure = Figure(figsize=(3 + CELL * S, 2.2 + CELL * T), layout=layout)
    axes = figure.subplots()
    image = axes.imshow(α.cpu().numpy(), cmap="Greys", vmin=0, vmax=1)
    axes.set_xticks(range(S), source, rotation=90)
    axes.set_yticks(range(T), translation)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(f"source tokens s\n({CONTINUES} continues a word)")
    axes.set_ylabel("translation tokens t")
    axes.tick_params(length=0)
    axes.set_xticks([s - 0.5 for s in range(1, S)], minor=True)
    axes.set_yticks([t - 0.5 for t in range(1, T)], minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    shrink = min(0.8, BAR / (CELL * T))
    bar = figure.colorbar(
        image, ax=axes, shrink=shrink, aspect=12, anchor=(0, 1), ticks=[0, 0.5, 1]
    )
    bar.set_label("attention weight $α_{ts}$")
    figure.savefig(path, dpi=120, bbox_inches="tight")  # with the labels of long tokens


def check_format(argument: str, path: str) -> None:
    """Raises ValueError unless a picture can have the ending of this file."""
    if ending := Path(path).suffix:
        endings = [f".{each}" for each in FigureCanvasBase.get_supported_filetypes()]
        check_choice(f"{argument}: the ending of the file", ending.lower(), endings)
