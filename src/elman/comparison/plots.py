"""The report's plots, as SVG for light and dark pages."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from elman.comparison.implementations import TORCH
from elman.comparison.learning import Learning
from elman.comparison.parity import ALLOWED_FLOAT32, Distance
from elman.comparison.speed import Speed
from elman.comparison.timing import quartiles

OURS: dict[str, Any] = {"color": "#2f7ed8", "label": "elman.RNN"}
THEIRS: dict[str, Any] = {"color": "#e8760c", "label": "torch.nn.RNN"}

INK = "#010203"  # a placeholder for the text colour of the page
STYLE: Any = {
    **dict.fromkeys(["text.color", "axes.labelcolor", "axes.edgecolor", "grid.color"], INK),
    **dict.fromkeys(["xtick.color", "ytick.color"], INK),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "figure.figsize": (3.6, 2.9),  # about its size on the page, so that fonts keep theirs
    "font.size": 9.5,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "svg.hashsalt": "elman",  # makes the files reproducible
}
PAGE_COLOURS = "svg{color:#222}@media(prefers-color-scheme:dark){svg{color:#ddd}}"


@mpl.rc_context(STYLE)
def plot_distances(distances: Sequence[Distance]) -> str:
    """The distance of elman.RNN over that of torch.nn.RNN, for each tensor in float32."""
    ulp = np.array([distance.ulp for distance in distances if distance.dtype == "float32"])
    ours, theirs = ulp[np.isfinite(ulp).all(axis=1)].T  # the table lists the others
    end = 1.05 * max(1, *ours, *theirs)
    figure, axes = _figure()
    axes.plot([0, end], [0, end], color=INK, linewidth=0.8, label="equal")
    limit = f"{ALLOWED_FLOAT32:g}× torch.nn.RNN"
    axes.plot([0, end / ALLOWED_FLOAT32], [0, end], ":", color=INK, linewidth=1.2, label=limit)
    axes.plot(theirs, ours, ".", color=OURS["color"], alpha=0.4)
    axes.set(xlabel="torch.nn.RNN, ulp", ylabel="elman.RNN, ulp", xlim=(0, end), ylim=(0, end))
    _legend_above(figure, axes)
    return _svg(figure)


@mpl.rc_context(STYLE)
def plot_scaling(symbol: str, speeds: Sequence[Speed], kind: str) -> str:
    """Milliseconds against one size, with shaded quartiles.

    Args:
        symbol: of the varied size: "T", "B" or "H".
        speeds: the times.
        kind: "train" or "inference".
    """
    x = [getattr(speed.sizes, symbol) for speed in speeds]
    figure, axes = _figure()
    for name, style, marker in ((speeds[0].elman, OURS, "o-"), (TORCH, THEIRS, "s--")):
        measured = [getattr(speed, kind)[name] for speed in speeds]
        low, high = 1e3 * np.array([quartiles(each) for each in measured]).T
        axes.plot(x, [1e3 * each.median for each in measured], marker, markersize=4, **style)
        axes.fill_between(x, low, high, color=style["color"], alpha=0.2, lw=0)
    axes.set(xscale="log", yscale="log", xlabel=symbol, ylabel="milliseconds")
    axes.set_xticks(x, [str(size) for size in x])
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.grid(axis="y")
    _legend_above(figure, axes)
    return _svg(figure)


@mpl.rc_context(STYLE)
def plot_learning(learning: Learning) -> str:
    """Both training curves; that of torch.nn.RNN is dashed, above a wide line."""
    figure, axes = _figure()
    axes.plot(learning.ours.bpc, linewidth=4, alpha=0.4, **OURS)
    axes.plot(learning.theirs.bpc, "--", linewidth=1.3, **THEIRS)
    axes.set(xlabel="training step", ylabel="bits per character")
    _legend_above(figure, axes)
    return _svg(figure)


@mpl.rc_context(STYLE)
def plot_differences(learning: Learning) -> str:
    """The absolute difference of the training curves."""
    figure, axes = _figure()
    axes.plot(learning.differences, color=OURS["color"], linewidth=0.8)
    axes.set(xlabel="training step", ylabel="difference, bits per character")
    axes.set_yscale("symlog", linthresh=1e-7)  # linear near 0, because the curves may be equal
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    return _svg(figure)


def _figure() -> tuple[Figure, Axes]:
    figure = Figure()
    return figure, figure.subplots()


def _legend_above(figure: Figure, axes: Axes) -> None:
    """Places the legend above the axes, where it hides no data."""
    figure.legend(*axes.get_legend_handles_labels(), ncols=2, loc="outside upper center")


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue().replace(INK, "currentColor")
    return svg.replace("</svg>", f"<style>{PAGE_COLOURS}</style></svg>")
