"""The report's pictures, as SVG that suits a light and a dark page."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from elman.comparison.learning import Learning
from elman.comparison.parity import ALLOWED_FLOAT32, Distance
from elman.comparison.speed import Speed

OURS: dict[str, Any] = {"color": "#2f7ed8", "label": "elman.RNN"}
THEIRS: dict[str, Any] = {"color": "#e8760c", "label": "torch.nn.RNN"}

INK = "#010203"  # stands for the colour of the page's text
STYLE: Any = {
    **dict.fromkeys(["text.color", "axes.labelcolor", "axes.edgecolor", "grid.color"], INK),
    **dict.fromkeys(["xtick.color", "ytick.color"], INK),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "figure.figsize": (4.8, 3.6),
    "font.size": 11,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "svg.hashsalt": "elman",  # the same picture, the same file
}
PAGE_COLOURS = "svg{color:#222}@media(prefers-color-scheme:dark){svg{color:#ddd}}"


@mpl.rc_context(STYLE)
def plot_distances(distances: Sequence[Distance]) -> str:
    """Each tensor's distance from the truth in float32, torch's across and ours up."""
    ulp = np.array([distance.ulp for distance in distances if distance.dtype == "float32"])
    ours, theirs = ulp[np.isfinite(ulp).all(axis=1)].T  # the table tells of the others
    end = 1.05 * max(1, *ours, *theirs)
    figure, axes = _figure()
    axes.plot([0, end], [0, end], color=INK, linewidth=0.8, label="equally far")
    allowed = f"{ALLOWED_FLOAT32:g} times as far"
    axes.plot([0, end / ALLOWED_FLOAT32], [0, end], ":", color=INK, linewidth=1, label=allowed)
    axes.plot(theirs, ours, ".", color=OURS["color"], alpha=0.4)
    axes.set(xlabel="torch.nn.RNN, ulp", ylabel="elman.RNN, ulp", xlim=(0, end), ylim=(0, end))
    axes.legend(loc="lower right")
    return _svg(figure)


@mpl.rc_context(STYLE)
def plot_scaling(symbol: str, speeds: Sequence[Speed], kind: str) -> str:
    """Milliseconds against one size, the quartiles shaded.

    Args:
        symbol: of the size that varies: "T", "B" or "H".
        speeds: the times.
        kind: "train" or "inference".
    """
    across = [getattr(speed.sizes, symbol) for speed in speeds]
    figure, axes = _figure()
    for layer, style, mark in (("ours", OURS, "o-"), ("theirs", THEIRS, "s--")):
        timings = [getattr(getattr(speed, kind), layer) for speed in speeds]
        low, high = zip(*(timing.quartiles for timing in timings), strict=True)
        axes.plot(across, _milliseconds([t.median for t in timings]), mark, **style)
        axes.fill_between(
            across, _milliseconds(low), _milliseconds(high), color=style["color"], alpha=0.2, lw=0
        )
    axes.set(xscale="log", yscale="log", xlabel=symbol, ylabel="milliseconds")
    axes.set_xticks(across, [str(size) for size in across])
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.grid(axis="y")
    axes.legend()
    return _svg(figure)


@mpl.rc_context(STYLE)
def plot_learning(learning: Learning) -> str:
    """Both curves, one over the other."""
    figure, axes = _figure()
    axes.plot(learning.ours.bpc, linewidth=4, alpha=0.5, **OURS)
    axes.plot(learning.theirs.bpc, linewidth=0.8, **THEIRS)
    axes.set(xlabel="training steps", ylabel="bits per character")
    axes.legend()
    return _svg(figure)


@mpl.rc_context(STYLE)
def plot_differences(learning: Learning) -> str:
    """How far the two curves are apart at each step."""
    figure, axes = _figure()
    axes.plot(learning.differences, color=OURS["color"], linewidth=0.8)
    axes.set(xlabel="training steps", ylabel="bits per character")
    axes.set_yscale("symlog", linthresh=1e-7)  # below it in proportion: they may be the same
    axes.grid(axis="y")
    return _svg(figure)


def _figure() -> tuple[Figure, Axes]:
    figure = Figure()
    return figure, figure.subplots()


def _milliseconds(seconds: Sequence[float]) -> list[float]:
    return [1e3 * each for each in seconds]


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue().replace(INK, "currentColor")
    return svg.replace("</svg>", f"<style>{PAGE_COLOURS}</style></svg>")
