"""The benchmark's tables, summary and plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from rich import box
from rich.table import Table
from torch.utils.benchmark import Measurement

from elman.comparison.implementations import TORCH
from elman.comparison.plots import STYLE
from elman.comparison.roofline import multiply_adds
from elman.comparison.sizes import HEADING
from elman.comparison.speed import KINDS, Speed, speed_summary
from elman.comparison.timing import milliseconds, quartiles_in_milliseconds

LARGE = 512  # hidden units from which matrix products dominate the time


def table(speeds: Sequence[Speed], kind: str, peak: float, machine: str) -> Table:
    """A row for each implementation at each of the sizes.

    "speedup" is the time of torch.nn.RNN divided by that of the row, "peak" the fraction of the
    machine's peak FLOP/s.
    """
    rows = Table(title=f"{KINDS[kind]} on {machine}", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in (HEADING, "implementation"):
        rows.add_column(name, no_wrap=True)
    for name in ("ms", "quartiles", "speedup", "peak"):
        rows.add_column(name, justify="right", no_wrap=True)
    for speed in speeds:
        measured: Mapping[str, Measurement] = getattr(speed, kind)
        for name, each in measured.items():
            rows.add_row(
                speed.sizes.row if name == TORCH else "",
                name,
                milliseconds(each.median),
                quartiles_in_milliseconds(each),
                f"{speed.ratio(kind, TORCH, to=name):.2f}",
                f"{peak_fraction(speed, kind, name, peak):.0%}",
            )
        rows.add_section()
    return rows


def peak_fraction(speed: Speed, kind: str, name: str, peak: float) -> float:
    """The FLOP/s that an implementation reaches in its matrix products, divided by the peak."""
    flops = 2 * multiply_adds(speed.sizes, train=kind == "train")
    measured: Mapping[str, Measurement] = getattr(speed, kind)
    return flops / measured[name].median / peak


def summary(speeds: Sequence[Speed], peak: float) -> list[str]:
    """Summarises the tables, one sentence per line."""
    lines = []
    for kind, title in KINDS.items():
        measured: Mapping[str, Measurement] = getattr(speeds[0], kind)
        others = [name for name in measured if not name.startswith("elman")]
        lines += [f"{title}: {speed_summary(speeds, kind, name)}" for name in others]
    lines += [_distance_to_fastest_engine(speeds, kind) for kind in KINDS]
    large = [speed for speed in speeds if speed.sizes.H >= LARGE]
    if large:
        lines += [_lowest_peak_fraction(large, kind, peak) for kind in KINDS]
    return lines


def _distance_to_fastest_engine(speeds: Sequence[Speed], kind: str) -> str:
    engines = [name for name in getattr(speeds[0], kind) if name.startswith("elman")]
    slower = max(1 / min(speed.ratio(kind, name) for name in engines) for speed in speeds) - 1
    return (
        f"{KINDS[kind]}: {speeds[0].elman} is at most {slower:.0%} slower than the fastest engine."
    )


def _lowest_peak_fraction(large: Sequence[Speed], kind: str, peak: float) -> str:
    lowest = min(peak_fraction(speed, kind, speed.elman, peak) for speed in large)
    return (
        f"{KINDS[kind]}: {large[0].elman} reaches at least {lowest:.0%} of the peak for "
        f"H ≥ {LARGE}."
    )


@mpl.rc_context({**STYLE, "font.size": 10})
def plot(speeds: Sequence[Speed], path: Path, machine: str) -> None:
    """Plots the speedup over torch.nn.RNN of each implementation at each of the sizes."""
    figure = Figure(figsize=(9.6, 7.2))
    upper, lower = figure.subplots(2)
    for axes, kind in ((upper, "train"), (lower, "inference")):
        _bars(axes, speeds, kind)
    figure.align_ylabels()
    handles, labels = lower.get_legend_handles_labels()
    figure.legend(handles, labels, ncols=4, loc="outside upper center", title=machine)
    figure.savefig(path, dpi=150)


def _bars(axes: Axes, speeds: Sequence[Speed], kind: str) -> None:
    names = [name for name in getattr(speeds[0], kind) if name != TORCH]
    width = 0.8 / len(names)
    for n, name in enumerate(names):
        speedups = np.array([speed.ratio(kind, TORCH, to=name) for speed in speeds])
        positions = np.arange(len(speeds)) + (n - (len(names) - 1) / 2) * width
        axes.bar(positions, speedups - 1, width, bottom=1, label=name)
    axes.axhline(1, color=STYLE["text.color"], linewidth=0.8)
    axes.annotate(TORCH, (1, 1), (4, 0), ("axes fraction", "data"), "offset points", va="center")
    # Each label names its sizes, so that no row of symbols has to line up with them.
    labels = [
        "\n".join(f"{symbol}={size}" for symbol, size in speed.sizes._asdict().items())
        for speed in speeds
    ]
    axes.set_xticks(range(len(speeds)), labels)
    axes.tick_params(axis="x", length=0)
    axes.set(title=KINDS[kind], ylabel=f"speedup over {TORCH}", yscale="log")
    axes.margins(x=0.01)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_axisbelow(True)
    axes.grid(axis="y")
